/** What the services of the stand-in are written in: a table of routes, each a function from a call to an answer. */

export interface Call {
  /** what stands at the `:names` of the route's path */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** by lower-case name */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON, a text of any other type, or `undefined` */
  readonly body: unknown;
  /** where the stand-in is reached, such as `http://127.0.0.1:4010` */
  readonly origin: string;
}

export interface Answer {
  /** default: 200, or 204 without a body */
  readonly status?: number;
  /** a string is sent as text, all else as JSON */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** how long the service takes */
  readonly delayMs?: number;
  /** The deed is done and the connection breaks before the answer: the caller cannot know. */
  readonly lost?: true;
}

/** By method and path, such as `GET /orders/:id`. */
export type Routes = Readonly<Record<string, (call: Call) => Answer>>;

/** Turns a call away; the stand-in answers with the status and the message. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A member of the body that has to be a text. */
export function textOf({ body }: Call, name: string): string {
  const value = memberOf(body, name);
  if (typeof value !== 'string' || value === '') throw new Refusal(400, `the body has no text "${name}"`);
  return value;
}

/** A member of the body that has to be a number. */
export function numberOf({ body }: Call, name: string): number {
  const value = memberOf(body, name);
  if (typeof value !== 'number') throw new Refusal(400, `the body has no number "${name}"`);
  return value;
}

/** A member of the body that has to be a list. */
export function listOf({ body }: Call, name: string): readonly unknown[] {
  const value = memberOf(body, name);
  if (!Array.isArray(value)) throw new Refusal(400, `the body has no list "${name}"`);
  return value;
}

/** A member of an object; `undefined` of anything else. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** Text that is there: a parameter of the route, or of the query. */
export function required(value: string | null | undefined, name: string): string {
  if (value === null || value === undefined || value === '') throw new Refusal(400, `${name} is missing`);
  return value;
}

/**
 * Counts calls that belong together: answers 1, 2 … `turns`, and then begins anew, so that an example that is run
 * twice sees the same twice.
 */
export function createTurns(turns: number): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    const turn = (counts.get(key) ?? 0) + 1;
    if (turn >= turns) counts.delete(key);
    else counts.set(key, turn);
    return turn;
  };
}
