import { isJsonObject, type Json, parse } from '@millrace/core';

/** The schema of a workflow's input when its text holds it; undefined: it has none, or it stands elsewhere. */
export function inputSchemaOf(text: string): Json | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return undefined;
  const document = parsed.workflow.input?.schema?.document;
  return isJsonObject(document) || typeof document === 'boolean' ? document : undefined;
}
