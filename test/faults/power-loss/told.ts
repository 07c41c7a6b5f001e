/** What a server told the world, read off what it wrote to its sockets, in the order in which it did. */

/** An answer that shows an execution: what it says must be so when the power comes back. */
export interface ToldExecution {
  readonly id: string;
  readonly status: string;
  readonly version: number;
}

export class Told {
  /** the latest that was told of each execution */
  readonly executions = new Map<string, ToldExecution>();
  /** idempotency keys that were sent out, and how often */
  readonly keys = new Map<string, number>();
  /** what was noted beside it */
  readonly notes = new Set<string>();
  /** answers that were counted */
  answers = 0;
  #read = 0;

  /** Reads what has been said since the last call. */
  read(said: readonly string[]): void {
    for (; this.#read < said.length; this.#read += 1) this.#take(said[this.#read] ?? '');
  }

  #take(text: string): void {
    if (text.startsWith(notePrefix)) this.notes.add(text.slice(notePrefix.length));
    const key = /^[A-Z]+ \/[^ ]* HTTP\/1\.1\r\n(?:[^\r]*\r\n)*?idempotency-key: ([^\r]*)\r\n/i.exec(
      text,
    )?.[1];
    if (key !== undefined) this.keys.set(key, (this.keys.get(key) ?? 0) + 1);
    if (text.startsWith('HTTP/1.1 2')) this.#answer(text.slice(text.indexOf('\r\n\r\n') + 4));
  }

  #answer(body: string): void {
    const { id, status, version } = parse(body) ?? {};
    if (typeof id !== 'string' || typeof status !== 'string' || typeof version !== 'number') return;
    this.answers += 1;
    const before = this.executions.get(id);
    if (before === undefined || before.version <= version) this.executions.set(id, { id, status, version });
  }
}

/** What stands before a note of whoever drives the server. */
export const notePrefix = 'note: ';

/** Nothing when it is no JSON, or was cut in two. */
function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    return JSON.parse(body) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
