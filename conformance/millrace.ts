/** Millrace as a runtime under test: everything goes over its public HTTP API. */
import { millraceFeatures } from './features.ts';
import { identityOf } from './identity.ts';
import type { Definition, DefinitionError, Execution, Phase, Runtime, Value } from './runtime.ts';
import { type EndedView, type StoredFact, toEnding, toTaskRuns } from './task-runs.ts';

interface EventsPage {
  readonly items: readonly StoredFact[];
  /** absent: this was the last page */
  readonly after?: number;
}

export interface MillraceOptions {
  /** such as `http://127.0.0.1:8080` */
  readonly url: string;
  readonly apiKey?: string;
  /** how long a scenario may run, default 30 s */
  readonly waitSeconds?: number;
}

export function connectMillrace(options: MillraceOptions): Runtime {
  const key: Readonly<Record<string, string>> =
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };

  async function ask(
    method: string,
    path: string,
    body?: string,
    type = 'application/json',
  ): Promise<Answer> {
    const headers = body === undefined ? key : { ...key, 'content-type': type };
    const answer = await fetch(`${options.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return { status: answer.status, value: text === '' ? null : JSON.parse(text) };
  }

  async function asked<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    const { status, value } = await ask(method, path, body, type);
    if (status < 300) return value as T;
    throw new Error(`${method} ${path} was answered with ${status}: ${JSON.stringify(value)}`);
  }

  function executionOf(id: string): Execution {
    const path = `/api/v1/executions/${encodeURIComponent(id)}`;
    const change = async (what: string) => {
      await asked('POST', `${path}/${what}`, '{}');
    };
    return {
      async end() {
        const view = await asked<EndedView>('GET', `${path}?wait=${options.waitSeconds ?? 30}s`);
        return { ending: toEnding(view), tasks: toTaskRuns(await pagesOf(`${path}/events`)) };
      },
      phase: async () => (await asked<{ status: Phase }>('GET', path)).status,
      cancel: () => change('cancel'),
      suspend: () => change('suspend'),
      resume: () => change('resume'),
      lifecycle: async () => (await asked<{ items: Value[] }>('GET', `${path}/lifecycle?limit=1000`)).items,
    };
  }

  async function pagesOf(path: string): Promise<readonly StoredFact[]> {
    const items: StoredFact[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: EventsPage = await asked('GET', `${path}?limit=1000&after=${after}`);
      items.push(...page.items);
      after = page.after;
    }
    return items;
  }

  const unpublish = async (definition: Definition): Promise<void> => {
    const { namespace, name, version } = identityOf(definition);
    await asked('DELETE', `/api/v1/workflows/${namespace}/${name}/${version}?force=true`);
  };

  const publish = ({ text, mediaType }: Definition) => ask('POST', '/api/v1/workflows', text, mediaType);

  return {
    name: `Millrace at ${options.url}`,
    features: millraceFeatures,
    async check(definition) {
      const { status, value } = await publish(definition);
      // Its schedule must not begin: it was to be read only.
      if (status === 201) await unpublish(definition);
      // A version that is there with other content was read, and found valid, all the same.
      if (status < 300 || status === 409) return [];
      return errorsOf(value);
    },
    async publish(definition) {
      const { status, value } = await publish(definition);
      if (status >= 300) throw new Error(`it was not published: ${status} ${JSON.stringify(value)}`);
    },
    unpublish,
    async start(definition, input) {
      const body = JSON.stringify({ definition: definition.text, ...(input === undefined ? {} : { input }) });
      return executionOf((await asked<{ id: string }>('POST', '/api/v1/executions', body)).id);
    },
    async publishEvent(event) {
      await asked('POST', '/api/v1/events', JSON.stringify(event), 'application/cloudevents+json');
    },
    async executionsOf(namespace, name) {
      const query = `workflow=${encodeURIComponent(`${namespace}/${name}`)}&limit=1000`;
      const { items } = await asked<{ items: { id: string }[] }>('GET', `/api/v1/executions?${query}`);
      return items.toReversed().map(({ id }) => executionOf(id));
    },
    close: async () => {},
  };
}

interface Answer {
  readonly status: number;
  readonly value: Value;
}

/** The errors of a definition, out of a problem document. */
function errorsOf(problem: Value): DefinitionError[] {
  const { type, errors } = problem as {
    readonly type?: string;
    readonly errors?: readonly DefinitionError[];
  };
  if (type !== 'urn:millrace:problem:invalid-definition' || errors === undefined)
    throw new Error(`the definition was refused for another reason: ${JSON.stringify(problem)}`);
  return [...errors];
}
