/** What the documents tell a reader to type is typed here, as it stands, against a real server. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { defaultPort, type StandIn, startStandIn } from '../../examples/stand-in.ts';
import type { Operation } from '../../packages/server/src/api/operation.ts';
import { operations } from '../../packages/server/src/api/operations.ts';
import { snippetsOf } from '../../scripts/document-regions.ts';
import { readSnippets, runShell, toPattern } from '../support/shell-snippets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documentedUrl = 'http://127.0.0.1:8080';
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

let server: ServerProcess;
let standIn: StandIn;
let folder: string;

beforeAll(async () => {
  [server, standIn] = await Promise.all([startServer(), startStandIn()]);
  folder = mkdtempSync(join(tmpdir(), 'millrace-documents-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(root, 'examples/hello.yaml'), join(folder, 'examples/hello.yaml'));
  cpSync(join(root, 'examples/functions'), join(folder, 'examples/functions'), { recursive: true });
  // A build may come before.
}, 120_000);

afterAll(async () => {
  await Promise.all([server?.stop(), standIn?.close()]);
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

describe.skipIf(!hasCurl)('documents with commands (needs curl)', () => {
  it('the README: its first workflow runs as it is written', { timeout: 60_000 }, async () => {
    const snippets = readSnippets(read('README.md'), 'A first workflow');
    expect(snippets.length).toBeGreaterThan(2);
    for (const { command, prints } of snippets) {
      const printed = await runShell(command.replaceAll(documentedUrl, server.url), { folder: root });
      if (prints !== undefined) expect(printed.trim(), command).toMatch(toPattern(prints.text));
    }
  });

  it('getting started: each command does and prints what is written', { timeout: 60_000 }, async () => {
    const page = read('docs/getting-started.md');
    writeFileSync(join(folder, 'mine.yaml'), here(workflowOf(page)));
    const [start, examples, ...snippets] = readSnippets(page);
    // They are started above, on free ports.
    expect([start?.command, examples?.command]).toEqual(['npm start', 'npm run examples']);
    expect(server.output()).toMatch(
      untilLog(start?.prints?.text.replaceAll(documentedUrl, server.url) ?? ''),
    );
    for (const { command, prints } of snippets) {
      const printed = await type(command, prints?.kind === 'text');
      if (prints !== undefined) expect(printed.trim(), command).toMatch(toPattern(prints.text));
    }
  });

  it('getting started: a mistake is told as it is written', async () => {
    const page = read('docs/getting-started.md');
    const told = /^mine\.yaml:\d+.*wirte.*$/m.exec(page)?.[0] ?? '';
    writeFileSync(join(folder, 'mine.yaml'), workflowOf(page).replace('then: write', 'then: wirte'));
    const printed = await type('npx millrace validate mine.yaml || true', true);
    expect(printed.trim()).toMatch(toPattern(told));
  });

  it('the API: each command is answered as its operation says', { timeout: 60_000 }, async () => {
    const commands = commandsByOperation(read('docs/api.md'));
    await type(commands.get('publishWorkflow') ?? '');
    // What removes the workflow that the others use comes last.
    const rest = operations.filter(({ name }) => name !== 'removeWorkflow');
    const last = operations.filter(({ name }) => name === 'removeWorkflow');
    for (const operation of [...rest, ...last]) {
      const { name, responses } = operation;
      const status = await statusOf(commands.get(name) ?? '', await valuesFor(operation));
      const expected = responses.map((response) => response.status).filter((each) => each < 400);
      expect(refused.get(name) === undefined ? expected : [refused.get(name)], name).toContain(status);
    }
  });

  it('a snippet is a `sh` block, with what it prints in the block that follows', () => {
    const text =
      '## One\n```sh\nls\n```\n\n## Two\n```sh\necho a\n```\n```json\n{"a": …}\n```\n```sh\npwd\n```\n## Three\n';
    expect(readSnippets(text, 'Two')).toEqual([
      { command: 'echo a', prints: { kind: 'json', text: '{"a": …}' } },
      { command: 'pwd' },
    ]);
    expect('{"a": 12}').toMatch(toPattern('{"a": …}'));
    expect('{"b": 12}').not.toMatch(toPattern('{"a": …}'));
  });
});

/** The one file that the page lets its reader write, part by part. */
function workflowOf(page: string): string {
  return snippetsOf(page)
    .filter(({ language }) => language === 'yaml')
    .map(({ code }) => code)
    .join('');
}

/** The document's addresses are those of a reader's machine; here they are others. */
function here(text: string): string {
  return text
    .replaceAll(documentedUrl, server.url)
    .replaceAll(`http://127.0.0.1:${defaultPort}`, standIn.url);
}

/** As a reader types it, but without the second that `npx` takes to find what is installed. */
function type(command: string, both = false): Promise<string> {
  const asksServer = /^npx millrace (deploy|ls|show)/.test(command);
  return runShell(here(command), {
    folder,
    both,
    prelude: 'npx() { node_modules/.bin/"$@"; }',
    environment: asksServer ? { MILLRACE_SERVER: server.url } : {},
  });
}

/** The lines that a start prints, before those of its log. */
function untilLog(lines: string): RegExp {
  return new RegExp(toPattern(lines).source.replace(/\$$/, ''));
}

function commandsByOperation(page: string): Map<string, string> {
  const entries = page.matchAll(/^`[A-Z]+ \S+` · `(\w+)`$[\s\S]*?^```sh\n([\s\S]*?)\n```$/gm);
  return new Map([...entries].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** No execution gets into doubt without a crash, and the example has no schedule: that the question is understood must do. */
const refused: ReadonlyMap<string, number> = new Map([
  ['resolveEffect', 409],
  ['getSchedule', 404],
  ['pauseSchedule', 404],
  ['resumeSchedule', 404],
]);

/** Values of the variables in the command: an execution in the phase that the operation takes. */
async function valuesFor({ name }: Operation): Promise<Record<string, string>> {
  if (name === 'getEventMatches') return { ID: await publishedEvent() };
  if (name === 'getDefinition') return { DIGEST: await digestOf('examples/hello') };
  const tasks = tasksFor.get(name) ?? '[{ pause: { wait: { hours: 1 } } }]';
  const id = await start(`do: ${tasks}`);
  if (name === 'resumeExecution') await ask(`/api/v1/executions/${id}/suspend`, {});
  return { ID: id, VERSION: '1', EFFECT: '2' };
}

const ending = '[{ a: { set: { b: 1 } } }]';

/** What an execution does before the operation is asked for; otherwise it waits. */
const tasksFor: ReadonlyMap<string, string> = new Map([
  ['retryExecution', "[{ a: { raise: { error: { type: 'https://a.example/e', status: 400 } } } }]"],
  ['getExecution', ending],
  ['getExecutionEvents', ending],
  ['getExecutionOutput', ending],
]);

/** The key of an event that was matched: somebody has to listen for one, or nothing is told of it. */
async function publishedEvent(): Promise<string> {
  await start("do: [{ a: { listen: { to: { one: { with: { type: 'page' } } } } } }]");
  const event = { specversion: '1.0', id: 'page', source: 'urn:page', type: 'page' };
  const response = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
  const { items } = (await response.json()) as { items: readonly { key: string }[] };
  const key = items[0]?.key ?? '';
  await expect
    .poll(async () => (await fetch(`${server.url}/api/v1/events/${key}/matches`)).status, { timeout: 10_000 })
    .toBe(200);
  return key;
}

async function digestOf(workflow: string): Promise<string> {
  const { digest } = (await (await fetch(`${server.url}/api/v1/workflows/${workflow}`)).json()) as {
    digest: string;
  };
  return digest;
}

async function start(tasks: string): Promise<string> {
  const definition = `document: { dsl: '1.0.3', namespace: examples, name: page, version: '1.0.0' }\n${tasks}`;
  const { id } = (await ask('/api/v1/executions', { definition })) as { id: string };
  return id;
}

async function ask(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** The status of the answer; a stream without an end is left after a moment. */
async function statusOf(command: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const asked = here(command).replace('curl -s', "curl -s -o answer -m 2 -w '%{http_code}'");
  return Number(await runShell(`${asked} || true`, { folder, environment }));
}
