import { closeUnderCase } from './case-folding.ts';
import { type CharSet, rangeSet, unionSet } from './char-set.ts';
import { type Node, type ParsedPattern, unreachable } from './nodes.ts';
import type { SearchStart } from './program.ts';
import { anyChar } from './unicode-properties.ts';

/** Finds out where a match can begin, so that a search need not try each position. */
export function searchStartOf(pattern: ParsedPattern): SearchStart {
  const { root } = pattern;
  if (startsAtText(root)) return { type: 'textStart' };
  const items = root.type === 'sequence' ? root.items : [root];
  const literals = items.findIndex((item) => item.type !== 'char' || item.ignoreCase);
  const prefix = items.slice(0, literals < 0 ? items.length : literals);
  if (prefix.length > 0) {
    const text = prefix
      .map((item) => (item.type === 'char' ? String.fromCodePoint(item.codePoint) : ''))
      .join('');
    return { type: 'prefix', text, whole: literals < 0 };
  }
  const first = firstOf(root);
  if (first.mayBeEmpty || first.set === anyChar) return { type: 'anywhere' };
  return { type: 'first', set: first.set, candidate: candidateOf(first.set) };
}

/** One class is all the native engine is asked for: it takes time in proportion to the text, whatever the text. */
function candidateOf(set: CharSet): RegExp {
  let members = '\\u0100-\\uffff';
  set.latin.forEach((member, unit) => {
    if (member === 1) members += `\\x${unit.toString(16).padStart(2, '0')}`;
  });
  return new RegExp(`[${members}]`, 'g');
}

/** The characters a match of a part can begin with, and whether the part can match nothing. */
interface First {
  readonly set: CharSet;
  readonly mayBeEmpty: boolean;
}

const NOTHING: First = { set: rangeSet([]), mayBeEmpty: true };

function startsAtText(node: Node): boolean {
  switch (node.type) {
    case 'anchor':
      return node.kind === 'textStart';
    case 'sequence':
      return node.items[0] !== undefined && startsAtText(node.items[0]);
    case 'choice':
      return node.items.every(startsAtText);
    case 'group':
    case 'atomic':
      return startsAtText(node.body);
    default:
      return false;
  }
}

function firstOf(node: Node): First {
  switch (node.type) {
    case 'char': {
      const set = rangeSet([[node.codePoint, node.codePoint]]);
      return { set: node.ignoreCase ? closeUnderCase(set) : set, mayBeEmpty: false };
    }
    case 'set':
      return { set: node.set, mayBeEmpty: false };
    case 'sequence':
      return firstOfSequence(node.items);
    case 'choice': {
      const firsts = node.items.map(firstOf);
      return {
        set: unionSet(firsts.map((first) => first.set)),
        mayBeEmpty: firsts.some((first) => first.mayBeEmpty),
      };
    }
    case 'group':
    case 'atomic':
      return firstOf(node.body);
    case 'repeat': {
      const first = firstOf(node.body);
      return { set: first.set, mayBeEmpty: first.mayBeEmpty || node.min === 0 };
    }
    case 'anchor':
    case 'look':
    case 'keep':
      return NOTHING;
    case 'backreference':
    case 'call':
      return { set: anyChar, mayBeEmpty: true };
    default:
      return unreachable(node);
  }
}

function firstOfSequence(items: readonly Node[]): First {
  const sets: CharSet[] = [];
  for (const item of items) {
    const first = firstOf(item);
    sets.push(first.set);
    if (!first.mayBeEmpty) return { set: unionSet(sets), mayBeEmpty: false };
  }
  return { set: sets.length === 0 ? NOTHING.set : unionSet(sets), mayBeEmpty: true };
}
