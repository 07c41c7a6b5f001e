/**
 * A set of code points. Answers for the first 256 come from a table, because nearly every text is decided there;
 * the rest is a function.
 */
export interface CharSet {
  /** 256 entries, 1 = member. */
  readonly latin: Uint8Array;
  /** Membership of a code point from 256 on. */
  readonly beyond: (codePoint: number) => boolean;
}

/** Whether the set holds the code point. */
export function hasCodePoint(set: CharSet, codePoint: number): boolean {
  return codePoint < 256 ? set.latin[codePoint] === 1 : set.beyond(codePoint);
}

/** The set of all code points for which `test` answers true; `test` is asked once for each of the first 256. */
export function setOf(test: (codePoint: number) => boolean): CharSet {
  const latin = new Uint8Array(256);
  for (let codePoint = 0; codePoint < 256; codePoint++) if (test(codePoint)) latin[codePoint] = 1;
  return { latin, beyond: test };
}

/** The set of inclusive ranges given as [low, high] pairs, in any order. */
export function rangeSet(ranges: readonly (readonly [number, number])[]): CharSet {
  const latin = new Uint8Array(256);
  for (const [low, high] of ranges) if (low < 256) latin.fill(1, low, Math.min(high, 255) + 1);
  const beyond = mergeRanges(ranges);
  if (beyond.length === 0) return { latin, beyond: () => false };
  return { latin, beyond: (codePoint) => isInRanges(beyond, codePoint) };
}

export function unionSet(sets: readonly CharSet[]): CharSet {
  const [only] = sets;
  if (sets.length === 1 && only !== undefined) return only;
  const latin = new Uint8Array(256);
  for (const set of sets) for (let i = 0; i < 256; i++) if (set.latin[i] === 1) latin[i] = 1;
  return { latin, beyond: (codePoint) => sets.some((set) => set.beyond(codePoint)) };
}

export function intersectionSet(left: CharSet, right: CharSet): CharSet {
  return {
    latin: left.latin.map((member, i) => member & (right.latin[i] ?? 0)),
    beyond: (codePoint) => left.beyond(codePoint) && right.beyond(codePoint),
  };
}

export function complementSet(set: CharSet): CharSet {
  return { latin: set.latin.map((member) => 1 - member), beyond: (codePoint) => !set.beyond(codePoint) };
}

/** Remembers the answers of an expensive `beyond` by pages of 256 code points. */
export function rememberSet(set: CharSet): CharSet {
  const pages = new Map<number, Uint8Array>();
  const beyond = (codePoint: number): boolean => {
    let page = pages.get(codePoint >> 8);
    if (page === undefined) {
      page = new Uint8Array(256);
      pages.set(codePoint >> 8, page);
    }
    const known = page[codePoint & 255];
    if (known !== 0) return known === 2;
    const answer = set.beyond(codePoint);
    page[codePoint & 255] = answer ? 2 : 1;
    return answer;
  };
  return { latin: set.latin, beyond };
}

/** Sorted, joined low/high pairs, without what the table of the first 256 answers. */
function mergeRanges(ranges: readonly (readonly [number, number])[]): number[] {
  const merged: number[] = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (high < 256) continue;
    if (last !== undefined && low <= last + 1) merged[merged.length - 1] = Math.max(last, high);
    else merged.push(low, high);
  }
  return merged;
}

function isInRanges(pairs: readonly number[], codePoint: number): boolean {
  let low = 0;
  let high = pairs.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (codePoint > (pairs[middle * 2 + 1] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low * 2 < pairs.length && codePoint >= (pairs[low * 2] ?? 0);
}
