import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const program = `
  import { decide, emptyState, link, lower, parse } from '@millrace/core';
  const parsed = parse(globalThis.text);
  const state = emptyState();
  const definition = { namespace: 'default', name: 'page', version: '1.0.0', digest: 'sha256:0' };
  decide(state, { type: 'execution.start', execution: 'x', definition, input: { n: 20 } }, {
    execution: 'x', executable: link(lower(parsed.workflow)), moment: { now: 0, random: () => 0 },
  });
  globalThis.result = JSON.stringify(state.output);
`;

test('the core runs where there is neither Node nor eval: in a page with a strict content policy', async () => {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    conditions: ['millrace-source'],
    logLevel: 'silent',
  });
  const text = `document: { dsl: '1.0.3', namespace: default, name: page, version: '1.0.0' }
input: { schema: { document: { type: object, properties: { n: { type: number } } } } }
do: [{ a: { set: { n: '\${ .n + 1 | tostring | sub("1"; "x") }' } } }]`;
  // A new realm has the language's own objects and nothing of the host; text cannot become code in it.
  const page = createContext(
    { text, result: undefined },
    { codeGeneration: { strings: false, wasm: false } },
  );
  runInContext(outputFiles[0]?.text ?? '', page);
  expect(page.result).toBe('{"n":"2x"}');
});
