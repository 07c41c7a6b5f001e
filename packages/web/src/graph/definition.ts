/** What the pages need of a definition's text: its places and its graph. Loaded with the core's parser when asked for. */
import { parse } from '@millrace/core';
import { type Graph, graphOf } from './graph.ts';

export type Definition =
  | {
      readonly ok: true;
      readonly text: string;
      readonly graph: Graph;
      /** the line (1-based) at which the value at a JSON pointer stands */
      lineOf(pointer: string): number;
    }
  | { readonly ok: false; readonly text: string; readonly problem: string };

export function readDefinition(text: string): Definition {
  const parsed = parse(text);
  if (!parsed.ok) {
    const [first] = parsed.errors;
    return {
      ok: false,
      text,
      problem: first === undefined ? '' : `${first.line}:${first.column} ${first.message}`,
    };
  }
  const { workflow, source } = parsed;
  return { ok: true, text, graph: graphOf(workflow), lineOf: (pointer) => source.locate(pointer).line };
}
