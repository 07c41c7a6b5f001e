/** A runtime behind an adapter, wherever that is. */
import type { Execution, Runtime, WorldOptions } from '../runtime.ts';
import { askOverHttp } from './ask-over-http.ts';
import { askOverPipe } from './ask-over-pipe.ts';
import type { Answers, Ask } from './messages.ts';

/** Asks one question; rejects with what the adapter says is wrong. */
export interface Asker {
  ask(question: Ask): Promise<object>;
  /** lets go of the adapter, once it was told to close */
  end(): Promise<void>;
}

/** `adapter` is the address of one that runs already, or a command that starts one. */
export async function overAdapter(adapter: string, world: WorldOptions): Promise<Runtime> {
  const asker = /^https?:\/\//.test(adapter) ? askOverHttp(adapter) : askOverPipe(adapter);
  try {
    const opened = await asked(asker, 'open', { do: 'open', world });
    for (const each of [opened.features, opened.takes ?? []])
      if (!Array.isArray(each))
        throw new Error(
          `the adapter's answer to 'open' has no list where one is meant: ${JSON.stringify(opened)}`,
        );
    return runtimeOver(asker, opened);
  } catch (error) {
    await asker.end();
    throw error;
  }
}

function runtimeOver(asker: Asker, { name, features, takes = [] }: Answers['open']): Runtime {
  const executionOf = (execution: string): Execution => ({
    end: () => asked(asker, 'end', { do: 'end', execution }),
    phase: async () => (await asked(asker, 'phase', { do: 'phase', execution })).phase,
    cancel: async () => void (await asker.ask({ do: 'cancel', execution })),
    suspend: async () => void (await asker.ask({ do: 'suspend', execution })),
    resume: async () => void (await asker.ask({ do: 'resume', execution })),
    lifecycle: async () => (await asked(asker, 'lifecycle', { do: 'lifecycle', execution })).events,
  });
  return {
    name,
    features: new Set(features),
    check: async (definition) => (await asked(asker, 'check', { do: 'check', definition })).errors,
    publish: async (definition) => void (await asker.ask({ do: 'publish', definition })),
    ...(takes.includes('unpublish')
      ? {
          unpublish: async (definition) => void (await asker.ask({ do: 'unpublish', definition })),
        }
      : {}),
    async start(definition, input) {
      const question = { do: 'start', definition, ...(input === undefined ? {} : { input }) } as const;
      return executionOf((await asked(asker, 'start', question)).execution);
    },
    publishEvent: async (event) => void (await asker.ask({ do: 'publishEvent', event })),
    async executionsOf(namespace, name) {
      const { executions } = await asked(asker, 'executionsOf', { do: 'executionsOf', namespace, name });
      return executions.map(executionOf);
    },
    ...(takes.includes('advance')
      ? { advance: async (ms: number) => void (await asker.ask({ do: 'advance', ms })) }
      : {}),
    async close() {
      await asker.ask({ do: 'close' }).finally(() => asker.end());
    },
  } satisfies Runtime;
}

/** Members that every answer to a question has; what they hold the steps of a scenario look at. */
const members: { readonly [Question in keyof Answers]: keyof Answers[Question] & string } = {
  open: 'features',
  check: 'errors',
  start: 'execution',
  end: 'ending',
  phase: 'phase',
  lifecycle: 'events',
  executionsOf: 'executions',
};

async function asked<Question extends keyof Answers>(
  asker: Asker,
  name: Question,
  question: Ask & { readonly do: Question },
): Promise<Answers[Question]> {
  const answer = await asker.ask(question);
  if (members[name] in answer) return answer as Answers[Question];
  throw new Error(`the adapter's answer to '${name}' has no '${members[name]}': ${JSON.stringify(answer)}`);
}
