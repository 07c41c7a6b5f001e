/**
 * The secrets that an expression reads, by their names; undefined when it reads one that it does not name, such as
 * `$secrets[.key]`: what it may read could not be told.
 *
 * @example secretNames('$secrets.key + $secrets["my-key"]') // ['key', 'my-key']
 */
export function secretNames(source: string): readonly string[] | undefined {
  const names = [...source.matchAll(named)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return names.length < source.split(/\$secrets\b/).length - 1 ? undefined : [...new Set(names)];
}

const named = /\$secrets\s*(?:\.\s*([A-Za-z_]\w*)|\.?\s*\[\s*"([^"\\]*)"\s*\]|\.\s*"([^"\\]*)")/g;
