/** Runs the official examples to their end in the loopback world; `examples.yaml` says how, or why not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { optionalFeatures } from './features.ts';
import { inParallel } from './runner.ts';
import type { Definition, Ending, Runtime, Value } from './runtime.ts';
import { pause } from './steps/situation.ts';

export interface Example {
  readonly file: string;
  readonly needs?: readonly string[];
  readonly input?: Value;
  /** handed in once it waits */
  readonly events?: readonly { readonly [attribute: string]: Value }[];
  /** another workflow that it needs */
  readonly publish?: Value;
  readonly ends?: 'completed' | 'faulted';
  /** why it is not run */
  readonly reason?: string;
  readonly note?: string;
}

export interface ExampleResult {
  readonly example: Example;
  /** why it did not end as it should */
  readonly failure?: string;
  /** why it was not run */
  readonly skipped?: string;
}

/** Where the official examples are looked for: beside the repository. */
export const examplesFolder = fileURLToPath(new URL('../../shared/dsl/examples', import.meta.url));

export function readExamples(): Example[] {
  const text = readFileSync(new URL('examples.yaml', import.meta.url), 'utf8');
  const entries = parse(text) as Record<string, Omit<Example, 'file'>>;
  return Object.entries(entries).map(([file, entry]) => ({ file, ...entry }));
}

/** What stands in one and not in the other. */
export function listUnlisted(folder: string, examples: readonly Example[]): string[] {
  const files = readdirSync(folder);
  return [
    ...files.filter((file) => !examples.some((each) => each.file === file)),
    ...examples.filter(({ file }) => !files.includes(file)).map(({ file }) => `${file} is gone`),
  ];
}

export function whyNotRun({ needs = [], reason }: Example, claimed: ReadonlySet<string>): string | undefined {
  const missing = needs.filter((need) => !claimed.has(need));
  if (missing.length > 0)
    return `not claimed: ${missing.map((need) => optionalFeatures[need] ?? need).join(', ')}`;
  return reason;
}

export function runExamples(folder: string, runtime: Runtime): Promise<ExampleResult[]> {
  // Most of them wait for the world: all at once.
  return inParallel(readExamples(), 100, async (example) => {
    const skipped = whyNotRun(example, runtime.features);
    if (skipped !== undefined) return { example, skipped };
    const ending = await run(folder, example, runtime);
    if (ending.status === example.ends) return { example };
    return { example, failure: `${example.file} should be ${example.ends}, but: ${JSON.stringify(ending)}` };
  });
}

async function run(folder: string, example: Example, runtime: Runtime): Promise<Ending> {
  if (example.publish !== undefined) await runtime.publish(yaml(stringify(example.publish)));
  const execution = await runtime.start(
    yaml(readFileSync(join(folder, example.file), 'utf8')),
    example.input,
  );
  for (const [index, event] of (example.events ?? []).entries()) {
    for (let tries = 0; index === 0 && tries < 200 && (await execution.phase()) !== 'waiting'; tries++)
      await pause(20);
    const id = `${example.file}-${index}`.replaceAll(' ', '-');
    await runtime.publishEvent({ specversion: '1.0', id, source: '/examples', ...event });
  }
  return (await execution.end()).ending;
}

function yaml(text: string): Definition {
  return { text, mediaType: 'application/yaml' };
}

/** A row for each: how it ended, or why it was not run. */
export function examplesTable(claimed: ReadonlySet<string>): string {
  const rows = readExamples().map((example) => {
    const { file, ends, note } = example;
    const why = whyNotRun(example, claimed);
    const what = why === undefined ? `${ends}${note === undefined ? '' : ` (${note})`}` : `not run: ${why}`;
    return `| ${file.replace(/\.yaml$/, '')} | ${what} |`;
  });
  return ['| Example | |', '|---|---|', ...rows].join('\n');
}
