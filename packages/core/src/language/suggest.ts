/**
 * The candidate that a mistyped word most likely stands for, or undefined when none is close. Letter case,
 * hyphens and underscores do not count; otherwise up to a third of the letters may differ (none of one or two).
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > wordLengthMax) return undefined;
  const wanted = fold(word);
  let best: string | undefined;
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  let looked = 0;
  for (const candidate of candidates) {
    looked += 1;
    if (looked > candidatesMax) break;
    if (Math.abs(candidate.length - word.length) > bestDistance + 2 || candidate.length > wordLengthMax)
      continue;
    const distance = editDistance(wanted, fold(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean 'x'?` or nothing: the end of a sentence about an unknown word. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ''): string {
  const found = suggest(word, candidates);
  return found === undefined ? '' : `; did you mean '${prefix}${found}'?`;
}

const wordLengthMax = 64;
const candidatesMax = 500;

function fold(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours, each counted once. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(before, j - 2) + 1);
      }
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
