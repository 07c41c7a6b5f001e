/** Server-sent events of one address, as frames. */
import { send } from './client.ts';
import { createFrameReader, type Frame } from './frames.ts';

export interface StreamOptions {
  /** resumes after the event of this id */
  readonly after?: string | undefined;
  readonly onOpen: () => void;
  readonly signal: AbortSignal;
}

/** The server says that nothing can come any more. */
export class EndOfStream extends Error {}

/** Frames in the pieces in which they arrive, until the connection ends. Throws `ApiError` and `EndOfStream`. */
export async function* streamFrames(
  path: string,
  { after, onOpen, signal }: StreamOptions,
): AsyncGenerator<readonly Frame[]> {
  const headers = new Headers({ accept: 'text/event-stream' });
  if (after !== undefined) headers.set('last-event-id', after);
  const response = await send(path, { headers, signal });
  if (response.status === 204 || response.body === null) throw new EndOfStream();
  onOpen();
  const read = createFrameReader();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = read(value);
    if (frames.length > 0) yield frames;
  }
}
