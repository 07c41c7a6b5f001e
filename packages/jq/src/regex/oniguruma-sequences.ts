import { type complementSet, rangeSet, unionSet } from './char-set.ts';
import { choice, type Node, sequence } from './nodes.ts';
import { anyChar, ecmaProperty } from './unicode-properties.ts';

/** `\R`: a line end; `\r\n` is one and is not split. */
export const newlineNode: Node = {
  type: 'atomic',
  body: choice([
    sequence([char(0x0d), char(0x0a)]),
    {
      type: 'set',
      set: rangeSet([
        [0x0a, 0x0d],
        [0x85, 0x85],
        [0x2028, 0x2029],
      ]),
    },
  ]),
};

/**
 * `\X`: one extended grapheme cluster, after UAX #29 without the rules for Hangul syllables in jamo and for Indic
 * conjuncts: `\r\n`, a pair of regional indicators, or a character with the marks and joined pictographs after it.
 */
export function graphemeNode(): Node {
  const extend = unionSet([
    property('M'),
    property('Emoji_Modifier'),
    rangeSet([
      [0x200c, 0x200d],
      [0xfe0f, 0xfe0f],
    ]),
  ]);
  const pictograph: Node = { type: 'set', set: property('Extended_Pictographic') };
  const regional: Node = { type: 'set', set: property('Regional_Indicator') };
  const extends_: Node = {
    type: 'repeat',
    min: 0,
    max: Infinity,
    mode: 'greedy',
    body: { type: 'set', set: extend },
  };
  const joined = sequence([behind(char(0x200d)), pictograph, extends_]);
  const joinedAny: Node = { type: 'repeat', min: 0, max: Infinity, mode: 'greedy', body: joined };
  return {
    type: 'atomic',
    body: choice([
      sequence([char(0x0d), char(0x0a)]),
      {
        type: 'set',
        set: rangeSet([
          [0x00, 0x1f],
          [0x7f, 0x9f],
        ]),
      },
      sequence([regional, regional, extends_]),
      sequence([pictograph, extends_, joinedAny]),
      sequence([{ type: 'set', set: anyChar }, extends_]),
    ]),
  };
}

function char(codePoint: number): Node {
  return { type: 'char', codePoint, ignoreCase: false };
}

function behind(body: Node): Node {
  return { type: 'look', behind: true, negative: false, body };
}

function property(name: string): ReturnType<typeof complementSet> {
  const set = ecmaProperty(name);
  if (set === null) throw new Error(`no property ${name}`);
  return set;
}
