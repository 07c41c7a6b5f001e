/**
 * Which texts of a definition are expressions. Three kinds of field read a text differently:
 *
 * 1. A field for a free value (`set`, a body, a header): in strict mode `${ … }` around the whole text is an
 *    expression, `${ … }` within it is interpolated, all else is plain text. In loose mode any text is tried.
 * 2. A field for an expression (`if`, `when`, `output.as`): bare jq, or `${ … }` around it.
 * 3. A field for code (a script's source): only `${ … }` around the whole text counts, since `${` inside it
 *    belongs to the script's own language.
 *
 * Only the text of a definition is read so, never data.
 */
import { findEnd } from '@millrace/jq';

export type ExpressionMode = 'strict' | 'loose';

/** Offsets are of the jq text within the scalar, in UTF-16 units. */
export type ExpressionText =
  | { readonly type: 'literal'; readonly value: unknown }
  | { readonly type: 'jq'; readonly source: string; readonly offset: number }
  | { readonly type: 'template'; readonly parts: readonly TemplatePart[] };

/** Plain text, or an expression whose result is put in its place. */
export type TemplatePart = string | { readonly source: string; readonly offset: number };

/** The variables that every expression may name, without `$`. Loops and catches add their own. */
export const runtimeVariables: readonly string[] = [
  'context',
  'input',
  'output',
  'secrets',
  'task',
  'workflow',
  'runtime',
  'authorization',
];

/**
 * Reads the text of a free-value field. In loose mode a text without `${` is an expression too, and is itself
 * when it does not compile or fails.
 */
export function readFree(text: string, mode: ExpressionMode): ExpressionText {
  if (!text.includes('${')) {
    return mode === 'loose' ? { type: 'jq', source: text, offset: 0 } : { type: 'literal', value: text };
  }
  return wrapped(text) ?? interpolated(text);
}

/** Reads the text of an expression field: bare jq, or jq in `${ … }`. */
export function readExpression(text: string): ExpressionText {
  return wrapped(text) ?? { type: 'jq', source: text, offset: 0 };
}

/** Reads the text of a code field: a script, or jq in `${ … }` that yields one. */
export function readCode(text: string): ExpressionText {
  return wrapped(text) ?? { type: 'literal', value: text };
}

/**
 * Reads what a correlation expects: "a constant or a runtime expression". A text that begins as jq paths,
 * variables, groups, lists, objects and strings do is an expression; any other is a constant.
 */
export function readExpectation(text: string): ExpressionText {
  return (
    wrapped(text) ?? (/^\s*[.$([{"]/.test(text) ? readExpression(text) : { type: 'literal', value: text })
  );
}

/** Offset of the first `${` that is never closed, or undefined: the author most likely meant an expression. */
export function findUnclosed(text: string): number | undefined {
  for (let at = text.indexOf('${'); at !== -1; ) {
    const end = findEnd(text, at + 2);
    if (end === -1) return at;
    at = text.indexOf('${', end + 1);
  }
  return undefined;
}

function wrapped(text: string): ExpressionText | undefined {
  const start = text.search(/\S/);
  if (start === -1 || !text.startsWith('${', start)) return undefined;
  const end = findEnd(text, start + 2);
  if (end === -1 || text.slice(end + 1).trim() !== '') return undefined;
  return { type: 'jq', source: text.slice(start + 2, end), offset: start + 2 };
}

function interpolated(text: string): ExpressionText {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', from)) {
    const end = findEnd(text, at + 2);
    if (end === -1) break;
    if (at > from) parts.push(text.slice(from, at));
    parts.push({ source: text.slice(at + 2, end), offset: at + 2 });
    from = end + 1;
  }
  if (parts.length === 0) return { type: 'literal', value: text };
  if (from < text.length) parts.push(text.slice(from));
  return { type: 'template', parts };
}
