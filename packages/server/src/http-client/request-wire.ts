/**
 * Requests and outcomes as they pass between threads: what many small ones say is one text for all of them, since to copy
 * objects costs more than to write and read them as JSON; bodies go beside it as they are.
 */
import type { ExchangeResponse } from './exchange.ts';
import type { HttpOutcome, HttpRequest } from './http-client.ts';
import type { HttpFailure } from './network-failure.ts';

/** To the thread of the client. */
export type ClientMessage =
  | { readonly type: 'requests'; readonly heads: string; readonly bodies: readonly (string | Uint8Array)[] }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'close' };

/** From it. Bodies stand one behind the other in `packed`, but large ones, which are transferred. */
export interface OutcomesMessage {
  readonly heads: string;
  readonly packed: Uint8Array;
  readonly large: readonly Uint8Array[];
}

export interface Numbered<T> {
  readonly id: number;
  readonly value: T;
}

/** The signal stays behind: what it says is a message of its own. */
type Sent = Omit<HttpRequest, 'signal'>;

interface RequestHead extends Omit<Sent, 'url' | 'body' | 'credentialHeaders'> {
  readonly id: number;
  readonly href: string;
  readonly hasBody: boolean;
  readonly secretNames?: readonly string[];
}

interface ResponseHead extends Omit<ExchangeResponse, 'body'> {
  readonly id: number;
  readonly bytes: number;
}

type OutcomeHead = ResponseHead | (HttpFailure & { readonly id: number });

/** A body of more bytes is given away instead of copied. */
const packedBytesMax = 16 * 1024;

export function encodeRequests(requests: readonly Numbered<HttpRequest>[]): ClientMessage {
  const bodies: (string | Uint8Array)[] = [];
  const heads = requests.map(({ id, value }): RequestHead => {
    const { url, body, credentialHeaders, signal: _, ...rest } = value;
    if (body !== undefined) bodies.push(typeof body === 'string' ? body : ownBytes(body));
    const secretNames = credentialHeaders === undefined ? {} : { secretNames: [...credentialHeaders] };
    return { id, href: url.href, hasBody: body !== undefined, ...secretNames, ...rest };
  });
  return { type: 'requests', heads: JSON.stringify(heads), bodies };
}

export function decodeRequests(
  message: Extract<ClientMessage, { type: 'requests' }>,
): readonly Numbered<Sent>[] {
  let next = 0;
  return (JSON.parse(message.heads) as RequestHead[]).map(
    ({ id, href, hasBody, secretNames, timeoutMs, ...rest }) => {
      const body = hasBody ? message.bodies[next++] : undefined;
      const value: Sent = {
        ...rest,
        url: new URL(href),
        ...(body === undefined ? {} : { body }),
        ...(secretNames === undefined ? {} : { credentialHeaders: new Set(secretNames) }),
        // JSON has no infinite number, and null for it.
        ...(typeof timeoutMs === 'number' ? { timeoutMs } : {}),
      };
      return { id, value };
    },
  );
}

/** Also what of the message is to be transferred. */
export function encodeOutcomes(outcomes: readonly Numbered<HttpOutcome>[]): {
  readonly message: OutcomesMessage;
  readonly transfer: ArrayBuffer[];
} {
  const small: Uint8Array[] = [];
  const large: Uint8Array<ArrayBuffer>[] = [];
  const heads = outcomes.map(({ id, value }): OutcomeHead => {
    if (value.type === 'failed') return { id, ...value };
    const { body, ...rest } = value;
    if (body.length > packedBytesMax) large.push(ownBytes(body));
    else small.push(body);
    return { id, bytes: body.length, ...rest };
  });
  const packed = new Uint8Array(small.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const body of small) {
    packed.set(body, at);
    at += body.length;
  }
  const message = { heads: JSON.stringify(heads), packed, large };
  return { message, transfer: [packed.buffer, ...large.map(({ buffer }) => buffer)] };
}

export function decodeOutcomes({ heads, packed, large }: OutcomesMessage): readonly Numbered<HttpOutcome>[] {
  let at = 0;
  let next = 0;
  return (JSON.parse(heads) as OutcomeHead[]).map((head) => {
    const { id, ...told } = head;
    if (told.type === 'failed') return { id, value: told };
    const { bytes, ...rest } = told;
    if (bytes > packedBytesMax) return { id, value: { ...rest, body: large[next++] ?? new Uint8Array() } };
    const body = packed.subarray(at, at + bytes);
    at += bytes;
    return { id, value: { ...rest, body } };
  });
}

/** A view may be of a far larger memory, which would be copied, or given away, as a whole. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isOwn ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
