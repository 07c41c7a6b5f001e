/**
 * YAML as plain values. A module of its own, so that it can be loaded when it is needed: imported by itself, a
 * CommonJS package has no named exports in a bundle that is split.
 */
import { parseDocument } from 'yaml';

export type YamlText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly string[] };

const aliasesMax = 100;

/** One document; errors name line and column. */
export function parseYamlText(text: string): YamlText {
  const document = parseDocument(text, { prettyErrors: true, version: '1.2' });
  if (document.errors.length > 0) return { ok: false, errors: document.errors.map((error) => error.message) };
  return { ok: true, value: document.toJS({ maxAliasCount: aliasesMax }) };
}
