/** Server-sent events as the HTML standard frames them, read from the bytes of a response. */

export interface StreamMessage {
  readonly type: 'message';
  /** empty: none was given */
  readonly id: string;
  readonly data: string;
}

/** `retry` is the server's wish for the pause before a new connection; `alive` a comment, which says no more. */
export type StreamSignal =
  | StreamMessage
  | { readonly type: 'retry'; readonly ms: number }
  | { readonly type: 'alive' };

export interface StreamLimits {
  /** of one message; default 64 Mi */
  readonly charsMax?: number;
}

/** Ends with the body. A message that is cut off is not handed on. Throws when one is longer than `charsMax`. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  { charsMax = 64 * 2 ** 20 }: StreamLimits = {},
): AsyncGenerator<StreamSignal> {
  const fields = new MessageFields();
  for await (const line of linesOf(body, charsMax)) {
    const signal = fields.take(line);
    if (fields.chars > charsMax) throw new Error(`an event is longer than ${charsMax} characters`);
    if (signal !== undefined) yield signal;
  }
}

/** Lines end with CR LF, LF or CR; what stands after the last one is dropped. */
async function* linesOf(body: ReadableStream<Uint8Array>, charsMax: number): AsyncGenerator<string> {
  // The decoder takes a byte order mark at the beginning away.
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let parts: string[] = [];
  let chars = 0;
  let afterReturn = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      let text = decoder.decode(value, { stream: true });
      if (text === '') continue;
      if (afterReturn && text.startsWith('\n')) text = text.slice(1);
      afterReturn = text === '' ? false : text.endsWith('\r');
      const lines = text.split(/\r\n|\n|\r/);
      const last = lines.pop() ?? '';
      for (const line of lines) {
        yield parts.length === 0 ? line : parts.join('') + line;
        parts = [];
        chars = 0;
      }
      // Joined once, at the end of the line: appending to it would copy a long line for every chunk.
      if (last !== '') parts.push(last);
      chars += last.length;
      if (chars > charsMax) throw new Error(`an event is longer than ${charsMax} characters`);
    }
  } finally {
    // Whoever stops reading lets go of the connection.
    await reader.cancel().catch(() => {});
  }
}

/** The fields of the message that is being read. */
class MessageFields {
  #id = '';
  #data: string[] = [];
  chars = 0;

  take(line: string): StreamSignal | undefined {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return { type: 'alive' };
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'retry' && /^\d{1,9}$/.test(value)) return { type: 'retry', ms: Number(value) };
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'data') {
      this.#data.push(value);
      this.chars += value.length;
    }
    return undefined;
  }

  #dispatch(): StreamSignal | undefined {
    const message = { type: 'message', id: this.#id, data: this.#data.join('\n') } as const;
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.chars = 0;
    return isEmpty ? undefined : message;
  }
}
