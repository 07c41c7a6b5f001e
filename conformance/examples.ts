/** Runs the official examples to their end in the loopback world; `examples.yaml` says how, or why not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { optionalFeatures } from './features.ts';
import { identityOf } from './identity.ts';
import { inParallel } from './runner.ts';
import type { Definition, Ending, Runtime, Value } from './runtime.ts';
import { pause } from './steps/situation.ts';
import { isRecord } from './steps/values.ts';

export interface Example {
  readonly file: string;
  readonly needs?: readonly string[];
  readonly input?: Value;
  /** handed in once it waits */
  readonly events?: readonly { readonly [attribute: string]: Value }[];
  /** another workflow that it needs */
  readonly publish?: Value;
  readonly ends?: 'completed' | 'faulted' | 'cancelled';
  /** it is published, and what its schedule starts is looked at, instead of an execution that is started */
  readonly scheduled?: true;
  /** pointer of a task: it is cancelled once that has ended */
  readonly cancelAfter?: string;
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

/** What the examples name. */
export const exampleSecrets: Readonly<Record<string, Value>> = {
  mySecret: {
    authority: 'http://keycloak/realms/fake-authority',
    grant: 'client_credentials',
    client: { id: 'workflow-runtime-id', secret: 'workflow-runtime-secret' },
  },
};

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
  const definition = yaml(readFileSync(join(folder, example.file), 'utf8'));
  const other = example.publish === undefined ? [] : [yaml(stringify(example.publish))];
  const published = example.scheduled === true ? [...other, definition] : other;
  try {
    for (const each of published) await runtime.publish(each);
    return example.scheduled === true
      ? await runScheduled(example, definition, runtime)
      : await runStarted(example, definition, runtime);
  } finally {
    for (const each of published) await runtime.unpublish?.(each);
  }
}

async function runStarted(example: Example, definition: Definition, runtime: Runtime): Promise<Ending> {
  const { events = [], input, cancelAfter } = example;
  const execution = await runtime.start(definition, input);
  if (events.length > 0) await until(async () => (await execution.phase()) === 'waiting');
  await handIn(example, runtime);
  if (cancelAfter !== undefined) {
    await until(async () => (await execution.lifecycle()).some((event) => isEndOf(event, cancelAfter)));
    await execution.cancel();
  }
  return (await execution.end()).ending;
}

async function runScheduled(example: Example, definition: Definition, runtime: Runtime): Promise<Ending> {
  const { namespace, name } = identityOf(definition);
  await handIn(example, runtime);
  const started = () => runtime.executionsOf(namespace, name);
  await until(async () => (await started()).length > 0);
  const [execution] = await started();
  return execution === undefined
    ? { status: 'unfinished', detail: 'nothing was started' }
    : (await execution.end()).ending;
}

async function handIn({ file, events = [] }: Example, runtime: Runtime): Promise<void> {
  for (const [index, event] of events.entries()) {
    const id = `${file}-${index}`.replaceAll(' ', '-');
    await runtime.publishEvent({ specversion: '1.0', id, source: '/examples', ...event });
  }
}

/** What does not come is seen in how the example ends. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500 && !(await isSo()); tries++) await pause(20);
}

function isEndOf(event: Value, task: string): boolean {
  if (!isRecord(event) || !isRecord(event.data)) return false;
  return /\.task\.completed\./.test(`${event.type}`) && event.data.task === task;
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
