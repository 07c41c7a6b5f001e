/**
 * YAML as plain values. A module of its own, so that it can be loaded when it is needed: imported by itself, a
 * CommonJS package has no named exports in a bundle that is split.
 */
import { parseDocument } from 'yaml';

export type YamlText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

const aliasesMax = 100;

/** One document. Told is the first error, with line and column in one line: what is behind it mostly follows from it. */
export function parseYamlText(text: string): YamlText {
  const document = parseDocument(text, { prettyErrors: true, version: '1.2' });
  const [first] = document.errors;
  if (first !== undefined) return { ok: false, error: sentenceOf(first.code, first.message) };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: aliasesMax }) };
  } catch {
    // The library refuses nothing else by now.
    return { ok: false, error: 'its aliases stand for too much' };
  }
}

function sentenceOf(code: string, message: string): string {
  const [line = ''] = message.split('\n', 1);
  const place = / at line \d+, column \d+/.exec(line)?.[0] ?? '';
  return code === 'MULTIPLE_DOCS' ? `it holds several documents (---)${place}` : line.replace(/:$/, '');
}
