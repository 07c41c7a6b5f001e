/** Where in a YAML document a place is, read off the indentation alone: the text is seldom whole while it is typed. */

const linesMax = 5_000;

/**
 * The keys around a place, the outermost first; an entry of a list is `-`.
 *
 * @param line 0-based
 * @param column 0-based: where the word begins whose surroundings are asked for
 */
export function pathAt(lines: readonly string[], line: number, column: number): readonly string[] {
  const path: string[] = [];
  let bound = column;
  for (let at = line; at >= 0 && line - at < linesMax; at -= 1) {
    const text = lines[at] ?? '';
    const steps = at === line ? stepsOf(text).filter(({ key }) => key === '-') : stepsOf(text);
    for (const { indent, key } of steps.toReversed()) {
      // A list may stand as far left as the key that it belongs to.
      const flush = indent === bound && path[0] === '-' && key !== '-';
      if (indent >= bound && !flush) continue;
      path.unshift(key);
      bound = indent;
    }
    if (bound === 0 && path[0] !== '-') break;
  }
  return path;
}

interface Step {
  readonly indent: number;
  readonly key: string;
}

const keyPattern = /^(?:"([^"]*)"|'([^']*)'|([^\s#:{}[\],&*!|>%@`'"][^:#]*?))\s*:(?:\s|$)/;

/** The dashes and the key that a line opens, with their columns. */
function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  let indent = leadingSpaces(text, 0);
  while (/^-(?: |$)/.test(text.slice(indent))) {
    steps.push({ indent, key: '-' });
    indent = leadingSpaces(text, indent + 1);
  }
  const key = keyPattern.exec(text.slice(indent));
  if (key !== null) steps.push({ indent, key: key[1] ?? key[2] ?? key[3] ?? '' });
  return steps;
}

function leadingSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}

/** How far a line is indented that is begun after `line`: a key without a value opens a level, as seen from the key. */
export function indentAfter(line: string): number {
  const [, before = ''] = /^((?:\s|-(?=\s))*)/.exec(line) ?? [];
  const opens = /:\s*(?:[|>][-+]?\s*)?(?:#.*)?$/.test(line) && !/^\s*#/.test(line);
  return opens ? before.length + 2 : before.length;
}
