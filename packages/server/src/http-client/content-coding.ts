import { promisify } from 'node:util';
import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

/** What a client can decode, for `Accept-Encoding`. */
export const acceptedCodings = 'gzip, deflate, br';

export type DecodedContent =
  | { readonly type: 'decoded'; readonly content: Uint8Array }
  | { readonly type: 'too-large' }
  | { readonly type: 'invalid'; readonly detail: string };

const codingsMax = 3;

type Decoder = (content: InputType, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>;

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip) as Decoder,
  'x-gzip': promisify(gunzip) as Decoder,
  br: promisify(brotliDecompress) as Decoder,
  zstd: promisify(zstdDecompress) as Decoder,
  deflate: decodeDeflate,
};

/** Undoes a `Content-Encoding`. Decoding stops at the first byte above `bytesMax`, so a bomb never unfolds. */
export async function decodeContent(
  content: Uint8Array,
  codings: string,
  bytesMax: number,
): Promise<DecodedContent> {
  const names = codings
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > codingsMax)
    return { type: 'invalid', detail: `more than ${codingsMax} content codings` };
  let decoded = content;
  for (const name of names.reverse()) {
    const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (decode === undefined)
      return { type: 'invalid', detail: `the content coding "${name}" is not understood` };
    if (decoded.length === 0) break;
    try {
      decoded = await decode(decoded, { maxOutputLength: bytesMax });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return { type: 'too-large' };
      return { type: 'invalid', detail: `the content is not valid ${name}: ${(error as Error).message}` };
    }
  }
  return { type: 'decoded', content: decoded };
}

/** "deflate" means the zlib format; some servers send bare deflate, whose first byte is never that of zlib. */
function decodeDeflate(
  content: InputType,
  options: { readonly maxOutputLength: number },
): Promise<Uint8Array> {
  const first = (content as Uint8Array)[0] ?? 0;
  return ((first & 0x0f) === 8 ? promisify(inflate) : promisify(inflateRaw))(
    content,
    options,
  ) as Promise<Uint8Array>;
}
