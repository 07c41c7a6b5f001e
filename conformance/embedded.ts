/** Millrace as a runtime under test in this process: the embedded engine, with no server and no sockets of its own. */
import { createEngine, MillraceError } from 'millrace';
import { millraceFeatures } from './features.ts';
import { identityOf } from './identity.ts';
import type { DefinitionError, Execution, Runtime, Value, WorldOptions } from './runtime.ts';
import { type StoredFact, toEnding, toTaskRuns } from './task-runs.ts';

export interface EmbeddedOptions extends WorldOptions {
  /** as `createEngine` takes it; default `memory:` */
  readonly store?: string;
  /** how long a scenario may run, default 30 s */
  readonly waitSeconds?: number;
}

export async function openEmbedded(options: EmbeddedOptions): Promise<Runtime> {
  const engine = await createEngine({
    ...(options.store === undefined ? {} : { store: options.store }),
    environment: environmentOf(options.secrets),
    originMap: options.originMap,
  });

  function executionOf(id: string): Execution {
    return {
      async end() {
        const waited = await engine.wait(id, (options.waitSeconds ?? 30) * 1000);
        const view = waited.large === undefined ? waited : await engine.execution(id, { whole: true });
        return { ending: toEnding(view), tasks: toTaskRuns(await factsOf(id)) };
      },
      phase: async () => (await engine.execution(id)).status,
      cancel: async () => void (await engine.cancel(id)),
      suspend: async () => void (await engine.suspend(id)),
      resume: async () => void (await engine.resume(id)),
      lifecycle: async () =>
        (await engine.lifecycle(id, { limit: 1000 })).rows as unknown as readonly Value[],
    };
  }

  async function factsOf(id: string): Promise<readonly StoredFact[]> {
    const facts: StoredFact[] = [];
    for (let after = 0; ; ) {
      const { rows, cursor } = await engine.events(id, { after, limit: 1000 });
      facts.push(...rows);
      const last = rows.at(-1);
      if (cursor === undefined || last === undefined) return facts;
      after = last.version;
    }
  }

  return {
    name: 'Millrace in this process',
    features: millraceFeatures,
    async check({ text }) {
      try {
        const { workflow, created } = await engine.deploy(text);
        // Its schedule must not begin: it was to be read only.
        if (created) await engine.undeploy(workflow, { force: true });
        return [];
      } catch (error) {
        return errorsOf(error);
      }
    },
    async publish({ text }) {
      await engine.deploy(text);
    },
    async unpublish(definition) {
      await engine.undeploy(identityOf(definition), { force: true });
    },
    async start({ text }, input) {
      const { execution } = await engine.start({
        definition: text,
        ...(input === undefined ? {} : { input }),
      });
      return executionOf(execution.id);
    },
    async publishEvent(event) {
      if (!takesEvents(engine)) throw new Error('this engine takes no events');
      await engine.publish([event]);
    },
    async executionsOf(namespace, name) {
      const { rows } = await engine.executions({ workflow: `${namespace}/${name}`, limit: 1000 });
      return rows.toReversed().map(({ id }) => executionOf(id));
    },
    close: () => engine.close(),
  };
}

/** Events are handed in to engines that have a part for it. */
function takesEvents(engine: object): engine is { publish(events: readonly Value[]): Promise<unknown> } {
  return 'publish' in engine && typeof engine.publish === 'function';
}

/** The variables that a process with these secrets has. */
export function environmentOf(secrets: Readonly<Record<string, Value>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [
      `MILLRACE_SECRET_${name.toUpperCase().replaceAll(/[.-]/g, '_')}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function errorsOf(error: unknown): DefinitionError[] {
  if (!(error instanceof MillraceError)) throw error;
  // A version that is there with other content was read, and found valid, all the same.
  if (error.code === 'conflict') return [];
  const { errors } = error.details as { readonly errors?: readonly DefinitionError[] };
  if (error.code !== 'invalid-definition' || errors === undefined) throw error;
  return [...errors];
}
