/** Reads the body of a request within its limits. */
import type { IncomingMessage } from 'node:http';
import { MillraceError } from '../errors.ts';

export interface BodyLimits {
  readonly bodyBytesMax: number;
}

/** What is sent beyond the limit is thrown away, not kept, up to this size or time; then the connection is cut. */
const discardBytesMax = 256 * 2 ** 20;
const discardMsMax = 5_000;

/**
 * The body as text. Throws `body-too-large`, before a byte is read when the length is announced;
 * `unsupported-media-type` when it is compressed; `bad-request` when it is cut off or not UTF-8.
 */
export async function readBodyText(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  return decode(await readBody(request, limits));
}

/** The body as it is. Throws as `readBodyText` does, but for what is not UTF-8. */
export async function readBody(request: IncomingMessage, { bodyBytesMax }: BodyLimits): Promise<Buffer> {
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding !== 'identity') {
    throw new MillraceError(
      'unsupported-media-type',
      `Content-Encoding "${coding}" is not taken; send the body as it is.`,
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) {
    await discard(request);
    throw tooLarge(bodyBytesMax);
  }
  return readBytes(request, bodyBytesMax);
}

export function tooLarge(bodyBytesMax: number): MillraceError {
  return new MillraceError('body-too-large', `The body may have ${bodyBytesMax} bytes at most.`, {
    bodyBytesMax,
  });
}

function readBytes(request: IncomingMessage, bodyBytesMax: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) {
      request.off('data', onData);
      void discard(request).then(() => reject(tooLarge(bodyBytesMax)));
    } else {
      chunks.push(chunk);
    }
  };
  request.on('data', onData);
  request.once('end', () =>
    resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
  );
  request.once('error', (error) =>
    reject(new MillraceError('bad-request', 'The body was cut off.', {}, { cause: error })),
  );
  request.once('aborted', () => reject(new MillraceError('bad-request', 'The body was cut off.')));
  return promise;
}

/**
 * Lets the rest of the body run into nothing. Closing at once would reset the connection while the client still
 * sends, and it would never see the answer that says why. Settles when it may be answered: a client that wants the
 * connection closed after the answer has to be through by then.
 */
async function discard(request: IncomingMessage): Promise<void> {
  let bytes = 0;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, discardMsMax);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > discardBytesMax) cut();
  });
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
  if (/\bclose\b/i.test(request.headers.connection ?? ''))
    await new Promise<void>((resolve) => request.once('end', resolve).once('close', resolve));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MillraceError('bad-request', 'The body is not UTF-8 text.');
  }
}
