import { type CharSet, hasCodePoint, rememberSet, setOf } from './char-set.ts';

/**
 * The simple case folding of a code point: two code points match without regard to case exactly when their foldings
 * are equal. Derived from the language's own case mapping, so that no table need be shipped; foldings to several
 * characters (ß = ss) are left out.
 */
export function foldCase(codePoint: number): number {
  if (codePoint < 128) return codePoint >= 65 && codePoint <= 90 ? codePoint + 32 : codePoint;
  // The dotless i has an upper case that it does not fold to: only Turkish would pair it with I.
  if (codePoint === 0x131) return codePoint;
  const upper = single(String.fromCodePoint(codePoint).toUpperCase(), codePoint);
  return single(String.fromCodePoint(upper).toLowerCase(), upper);
}

/** The set that holds every case variant of the members of `set`. */
export function closeUnderCase(set: CharSet): CharSet {
  const variants = caseVariants();
  const holdsVariant = (codePoint: number): boolean => {
    if (hasCodePoint(set, codePoint)) return true;
    const others = variants.get(foldCase(codePoint));
    return others?.some((other) => hasCodePoint(set, other)) ?? false;
  };
  return rememberSet(setOf(holdsVariant));
}

// Blocks with letters that have cases. Asking them all takes about a millisecond, all of Unicode about thirty.
const CASED_BLOCKS: readonly (readonly [number, number])[] = [
  [0x41, 0x587],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13ff],
  [0x1c80, 0x1cbf],
  [0x1d79, 0x1d8e],
  [0x1e00, 0x1fff],
  [0x2126, 0x2188],
  [0x24b6, 0x24e9],
  [0x2c00, 0x2d2d],
  [0xa640, 0xabbf],
  [0xff21, 0xff5a],
  [0x10400, 0x105bc],
  [0x10c80, 0x10d85],
  [0x118a0, 0x118df],
  [0x16e40, 0x16e7f],
  [0x1e900, 0x1e943],
];

let knownVariants: ReadonlyMap<number, readonly number[]> | undefined;

/** All code points that share a folding, by that folding; only foldings with more than one. */
function caseVariants(): ReadonlyMap<number, readonly number[]> {
  if (knownVariants !== undefined) return knownVariants;
  const variants = new Map<number, number[]>();
  for (const [low, high] of CASED_BLOCKS) {
    for (let codePoint = low; codePoint <= high; codePoint++) {
      const folded = foldCase(codePoint);
      if (folded === codePoint) continue;
      const known = variants.get(folded);
      if (known === undefined) variants.set(folded, [folded, codePoint]);
      else known.push(codePoint);
    }
  }
  knownVariants = variants;
  return variants;
}

/** The one code point of `text`, or `otherwise` when the mapping gave several. */
function single(text: string, otherwise: number): number {
  const codePoint = text.codePointAt(0) ?? otherwise;
  return text.length === (codePoint > 0xffff ? 2 : 1) ? codePoint : otherwise;
}
