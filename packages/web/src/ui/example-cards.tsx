import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { type Example, examples } from '../examples/examples.ts';
import { Icon } from './icon.tsx';
import { ProblemNotice } from './notice.tsx';

/** Publishes an example, starts it, and goes to see it. */
export function ExampleCards() {
  const messages = useMessages();
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: async ({ text, input }: Example) => {
      const { namespace, name, version } = await api.publish(text);
      return api.start({ namespace, name, version }, input);
    },
    onSuccess: ({ id }) => navigate({ to: '/executions/$id', params: { id } }),
  });
  return (
    <div className="mt-8 w-full text-left">
      <ul className="grid gap-3">
        {examples.map((example) => (
          <li key={example.id}>
            <button
              type="button"
              disabled={run.isPending}
              onClick={() => run.mutate(example)}
              className="card group flex w-full items-center gap-4 px-4 py-3 text-left transition-colors hover:border-accent disabled:opacity-60"
            >
              <span className="grid size-9 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
                <Icon name="run" />
              </span>
              <span className="min-w-0">
                <span className="block font-medium">{text(messages[example.title])}</span>
                <span className="block text-soft">{text(messages[example.summary])}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {run.isError ? (
        <div className="mt-4">
          <ProblemNotice problem={run.error} />
        </div>
      ) : null}
    </div>
  );
}

function text(message: string | ((...values: never[]) => string)): string {
  return typeof message === 'string' ? message : '';
}
