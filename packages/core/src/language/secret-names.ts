/**
 * The secrets that an expression reads, by their names; undefined when it reads one that it does not name, such as
 * `$secrets[.key]`: what it may read could not be told.
 *
 * @example secretNames('$secrets.key + $secrets["my-key"]') // ['key', 'my-key']
 */
export function secretNames(source: string): readonly string[] | undefined {
  const reads = secretReads(source);
  const count = source.split(/\$secrets\b/).length - 1;
  return reads.length < count ? undefined : [...new Set(reads.map(({ name }) => name))];
}

/** The places where an expression names a secret; `offset` is that of `$secrets`, in UTF-16 units. */
export function secretReads(source: string): readonly { readonly name: string; readonly offset: number }[] {
  return [...source.matchAll(named)].map((match) => ({
    name: match[1] ?? match[2] ?? match[3] ?? '',
    offset: match.index,
  }));
}

const named = /\$secrets\s*(?:\.\s*([A-Za-z_]\w*)|\.?\s*\[\s*"([^"\\]*)"\s*\]|\.\s*"([^"\\]*)")/g;
