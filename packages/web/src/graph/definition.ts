/** What the pages need of a definition's text. Loaded with the core's parser when asked for. */
import { isJsonObject, type Json, parse, type WorkflowDocument } from '@millrace/core';
import { type Graph, graphOf } from './graph.ts';

export type Definition =
  | {
      readonly ok: true;
      readonly text: string;
      readonly graph: Graph;
      /** of the workflow's input, when the text holds it */
      readonly inputSchema?: Json;
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
  const inputSchema = inputSchemaOf(workflow);
  return {
    ok: true,
    text,
    graph: graphOf(workflow),
    ...(inputSchema === undefined ? {} : { inputSchema }),
    lineOf: (pointer) => source.locate(pointer).line,
  };
}

function inputSchemaOf({ input }: WorkflowDocument): Json | undefined {
  const document = input?.schema?.document;
  return isJsonObject(document) || typeof document === 'boolean' ? document : undefined;
}
