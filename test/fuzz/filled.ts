/** Texts of up to a megabyte, written as pieces and how often each is repeated. */
import fc from 'fast-check';

/** `[text, times]` in order. */
export type Filled = readonly (readonly [text: string, times: number])[];

export const filledBytesMax = 1_048_576;

export function fill(pieces: Filled): string {
  return pieces.map(([text, times]) => text.repeat(times)).join('');
}

/** A piece of `texts` is repeated until the text is as large as it may be. */
export function filled(texts: fc.Arbitrary<string>): fc.Arbitrary<Filled> {
  return fc.tuple(texts, texts, texts).map(([head, piece, tail]) => {
    const room = filledBytesMax - 4 * (head.length + tail.length);
    return [
      [head, 1],
      [piece, Math.max(1, Math.floor(room / Math.max(1, Buffer.byteLength(piece))))],
      [tail, 1],
    ];
  });
}
