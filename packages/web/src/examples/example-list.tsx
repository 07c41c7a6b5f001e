import { language, useMessages } from '../app/preferences.ts';
import { useSignal } from '../app/use-signal.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { type Example, examples } from './catalog.ts';
import { germanLines } from './lines-de.ts';
import { useRunExample } from './use-run-example.ts';

/** Every example as a button that runs it: first those that need nothing, then those that call services. */
export function ExampleList() {
  const messages = useMessages();
  const run = useRunExample();
  const running = run.isPending ? run.variables.name : undefined;
  const group = (calls: boolean) => examples.filter((example) => example.calls === calls);
  return (
    <div className="w-full text-left">
      {run.isError ? (
        <div className="mb-4">
          <ProblemNotice problem={run.error} />
        </div>
      ) : null}
      <ul className="grid gap-3 md:grid-cols-3">
        {group(false).map((example) => (
          <li key={example.name} className="grid">
            <Card example={example} running={running} onRun={run.mutate} />
          </li>
        ))}
      </ul>
      <section aria-labelledby="with-services" className="mt-10">
        <h2 id="with-services" className="font-semibold">
          {messages.examplesWithServices}
        </h2>
        <p className="mt-0.5 text-pretty text-soft">
          {messages.examplesWithServicesText}{' '}
          <code className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-[12.5px] whitespace-nowrap text-ink">
            npm run examples
          </code>
        </p>
        <ul className="mt-4 grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {group(true).map((example) => (
            <li key={example.name} className="grid">
              <Card example={example} running={running} onRun={run.mutate} />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface CardProps {
  readonly example: Example;
  /** name of the example that is being started */
  readonly running: string | undefined;
  readonly onRun: (example: Example) => void;
}

function Card({ example, running, onRun }: CardProps) {
  const messages = useMessages();
  const { title, line } = useTexts(example);
  const { calls, secrets } = example;
  return (
    <button
      type="button"
      data-row
      disabled={running !== undefined}
      onClick={() => onRun(example)}
      className="card group flex items-start gap-3.5 px-4 py-3.5 text-left transition-colors hover:border-accent disabled:opacity-60"
    >
      <span
        className={`grid size-8 shrink-0 place-items-center rounded-full ${calls ? 'bg-sunken text-soft' : 'bg-accent-soft text-accent'} group-hover:bg-accent group-hover:text-on-accent`}
      >
        <Icon name="run" className={running === example.name ? 'beating' : ''} />
      </span>
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        <span className="mt-0.5 block text-[13px] text-pretty text-soft">{line}</span>
        {secrets.length === 0 ? null : (
          <span className="mt-1 block text-[12.5px] text-waiting">
            {messages.exampleSecret} <code className="font-mono">{secrets.map(variableOf).join(', ')}</code>
          </span>
        )}
      </span>
    </button>
  );
}

function useTexts({ name, shows }: Example): { readonly title: string; readonly line: string } {
  const messages = useMessages();
  const german = useSignal(language) === 'de';
  if (name === 'tour') return { title: messages.exampleTour, line: messages.exampleTourText };
  if (name === 'fault') return { title: messages.exampleFault, line: messages.exampleFaultText };
  return { title: name, line: (german ? germanLines[name] : undefined) ?? shows ?? '' };
}

/** Under which the server reads a secret. */
function variableOf(secret: string): string {
  return `MILLRACE_SECRET_${secret.toUpperCase()}`;
}
