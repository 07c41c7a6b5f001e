import { type CharSet, complementSet, rangeSet, rememberSet, setOf } from './char-set.ts';

/** The set of code points with a property as ECMA-262 names it (`Lu`, `Script=Greek`), or null if there is none. */
export function ecmaProperty(expression: string): CharSet | null {
  const known = properties.get(expression);
  if (known !== undefined) return known;
  if (!/^[A-Za-z0-9_]+(=[A-Za-z0-9_]+)?$/.test(expression)) return null;
  const set = nativeSet(`\\p{${expression}}`);
  if (set !== null) properties.set(expression, set);
  return set;
}

/**
 * The set for a property as Oniguruma names it: the POSIX bracket names, general categories, scripts and binary
 * properties; case, blanks, `-` and `_` do not count. Null if there is none. Block names (InArrows) are not known.
 */
export function onigurumaProperty(name: string): CharSet | null {
  const posix = posixBracket(name.replace(/[\s_-]/g, '').toLowerCase());
  if (posix !== null) return posix;
  const words = name.trim().split(/[\s_-]+/);
  const title = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()).join('_');
  if (title.toLowerCase() === 'any') return ecmaProperty('Any');
  if (title.toLowerCase() === 'assigned') return ecmaProperty('Assigned');
  for (const candidate of [title, name.trim(), `Script=${title}`, `Script=${name.trim()}`]) {
    const set = ecmaProperty(candidate);
    if (set !== null) return set;
  }
  return null;
}

/** The set of a POSIX bracket (`alpha` of `[[:alpha:]]`) over Unicode, or null if there is none of that name. */
export function posixBracket(name: string): CharSet | null {
  const source = POSIX_SOURCES.get(name);
  if (source === undefined) return null;
  const known = properties.get(source);
  if (known !== undefined) return known;
  const set = nativeSet(source);
  if (set !== null) properties.set(source, set);
  return set;
}

const digits = [0x30, 0x39] as const;

/** `\d` and `\w` of ECMA-262: ASCII only. */
export const asciiDigit: CharSet = rangeSet([digits]);
export const asciiWord: CharSet = rangeSet([digits, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]);
/** `\h` of Oniguruma. */
export const hexDigit: CharSet = rangeSet([digits, [0x41, 0x46], [0x61, 0x66]]);
export const anyChar: CharSet = setOf(() => true);
export const notNewline: CharSet = complementSet(rangeSet([[10, 10]]));
/** `\s` of ECMA-262: its white space and line ends. */
export const ecmaSpace: CharSet = rememberSet(
  setOf((codePoint) => /\s/.test(String.fromCodePoint(codePoint))),
);

/** `\w`, `\d`, `\s` of Oniguruma over Unicode. A pattern that has none of them does not pay for their tables. */
export function unicodeType(type: 'word' | 'digit' | 'space'): CharSet {
  const set = posixBracket(type);
  if (set === null) throw new Error(`no set for ${type}`);
  return set;
}

const properties = new Map<string, CharSet>();

// [[:word:]] has the fractions and superscript digits of Latin-1 but no other such numbers: Oniguruma answers for
// code points below 256 from a table of ISO 8859-1, and jq's `test("\w")` is true for ² and false for ①.
const POSIX_SOURCES: ReadonlyMap<string, string> = new Map([
  ['alnum', '[\\p{Alphabetic}\\p{Nd}]'],
  ['alpha', '\\p{Alphabetic}'],
  ['ascii', '[\\0-\\x7f]'],
  ['blank', '[\\p{Zs}\\t]'],
  ['cntrl', '\\p{Cc}'],
  ['digit', '\\p{Nd}'],
  ['graph', '[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]'],
  ['lower', '\\p{Lowercase}'],
  ['print', '(?:[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]|\\p{Zs})'],
  ['punct', '[\\p{P}\\p{S}]'],
  ['space', '\\p{White_Space}'],
  ['upper', '\\p{Uppercase}'],
  ['xdigit', '[0-9A-Fa-f]'],
  ['word', '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe]'],
]);

/** Asks the platform's own tables, one code point at a time: a native test of one character takes constant time. */
function nativeSet(source: string): CharSet | null {
  let native: RegExp;
  try {
    native = new RegExp(`^${source}$`, 'u');
  } catch {
    return null;
  }
  return rememberSet(setOf((codePoint) => native.test(String.fromCodePoint(codePoint))));
}
