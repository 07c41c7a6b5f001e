/** A small client of the public HTTP API, as a user would write it: nothing of the server's code is used. */

export interface Execution {
  readonly id: string;
  readonly status: string;
  readonly output?: unknown;
  readonly error?: {
    readonly type: string;
    readonly status: number;
    readonly instance?: string;
    readonly detail?: string;
  };
}

export interface StoredEvent {
  readonly version: number;
  readonly fact: {
    readonly type: string;
    readonly task?: string;
    readonly effect?: number;
    readonly keyOf?: number;
  };
}

export interface Answer<T> {
  readonly status: number;
  readonly type: string;
  readonly body: T;
}

export interface Api {
  readonly url: string;
  /** Any request; the body is parsed when it is JSON, and text otherwise. */
  call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>>;
  deploy(definition: string): Promise<void>;
  /** Starts an execution and answers it as it stands, or when it has ended with `wait` such as `30s`. */
  start(request: object, options?: { readonly wait?: string; readonly key?: string }): Promise<Execution>;
  execution(id: string, wait?: string): Promise<Execution>;
  events(id: string): Promise<StoredEvent[]>;
}

export function connect(url: string): Api {
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const isText = typeof body === 'string';
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': isText ? 'application/yaml' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const type = answer.headers.get('content-type') ?? '';
    const text = await answer.text();
    return { status: answer.status, type, body: (/\bjson\b/.test(type) ? JSON.parse(text) : text) as T };
  }

  async function expectOk<T>(answer: Promise<Answer<T>>): Promise<T> {
    const { status, body } = await answer;
    if (status >= 400) throw new Error(`answered with ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  return {
    url,
    call,
    deploy: async (definition) => {
      await expectOk(call('POST', '/api/v1/workflows', definition));
    },
    start: (request, { wait, key } = {}) => {
      const path = `/api/v1/executions${wait === undefined ? '' : `?wait=${wait}`}`;
      return expectOk(
        call<Execution>('POST', path, request, key === undefined ? {} : { 'idempotency-key': key }),
      );
    },
    execution: (id, wait) =>
      expectOk(
        call<Execution>(
          'GET',
          `/api/v1/executions/${encodeURIComponent(id)}${wait === undefined ? '' : `?wait=${wait}`}`,
        ),
      ),
    events: async (id) => {
      const events: StoredEvent[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const path = `/api/v1/executions/${encodeURIComponent(id)}/events?limit=1000&after=${after}`;
        const page: { items: StoredEvent[]; after?: number } = await expectOk(call('GET', path));
        events.push(...page.items);
        after = page.after;
      }
      return events;
    },
  };
}
