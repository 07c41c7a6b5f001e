import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { operations } from './operations.ts';
import { referencePage, referencePolicy } from './reference-page.ts';
import { type BrowserPage, chromium, openPage } from './test-support/browser.ts';
import { faulty, greet, openTestServer, type TestServer } from './test-support/test-server.ts';

const key = 'a-key-for-the-page';
let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ apiKeys: [key] });
});
afterAll(() => server.close());

describe('the page at /docs', () => {
  it('is public, and lets nothing run or load but what it is made of and this server', async () => {
    const { status, text, headers } = await server.send('GET', '/docs');
    expect([status, text]).toEqual([200, referencePage]);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toBe(referencePolicy);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'/);
  });

  it('names no other host, and never sets markup from text', () => {
    expect(referencePage).not.toMatch(/(https?:)?\/\/[\w-]+\.[a-z]/i);
    expect(referencePage).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\son\w+=/);
  });

  it('is answered under a local name only, as the API is, when there are no keys', async () => {
    const open = await openTestServer();
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${open.url}/docs`, { headers: { host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    await open.close();
    expect(status).toBe(403);
  });
});

describe.skipIf(chromium === undefined)('in a browser (skipped where there is no Chromium)', () => {
  let page: BrowserPage;
  beforeAll(async () => {
    await server.send('POST', '/api/v1/workflows', greet(), { authorization: `Bearer ${key}` });
    page = await openPage(`${server.url}/docs`);
    const count = () => page.evaluate('document.querySelectorAll("details").length');
    await vi.waitFor(async () => expect(await count()).toBeGreaterThan(10), 10_000);
    await page.evaluate(helpers);
  }, 60_000);
  afterAll(() => page?.close());

  it('lists every operation, each with its form', async () => {
    const shown = await page.evaluate(
      '[...document.querySelectorAll("details")].map((item) => { item.open = true; return item.id; })',
    );
    expect(shown).toEqual(expect.arrayContaining(operations.map(({ name }) => name)));
    await expect
      .poll(() =>
        page.evaluate('[...document.querySelectorAll("details")].every((i) => i.querySelector("form"))'),
      )
      .toBe(true);
  });

  it('sends an operation with its key, its parameters and its body, and shows the answer', async () => {
    await page.evaluate(`setKey(${JSON.stringify(key)})`);
    const body = JSON.stringify({
      workflow: { namespace: 'test', name: 'greet' },
      input: { name: '<b>Ada</b>' },
    });
    const answer = await page.evaluate(
      `send('startExecution', { wait: '5s', body: ${JSON.stringify(body)} })`,
    );
    expect(answer).toMatchObject({
      line: expect.stringContaining('POST /api/v1/executions?wait=5s → 201'),
      head: expect.stringContaining('location: /api/v1/executions/'),
      // Text, not markup: the element that a name would have made is not there.
      text: expect.stringContaining('"greeting": "Hello, <b>Ada</b>"'),
      markup: 0,
    });
  });

  it('every body starts as an example that the server takes', async () => {
    const published = await page.evaluate(`send('publishWorkflow', {})`);
    expect(published).toMatchObject({ line: expect.stringContaining('→ 201') });
    const started = await page.evaluate(`send('publishWorkflow', { 'Content-Type': 'application/json' })`);
    expect(started).toMatchObject({ line: expect.stringMatching(/→ (200|409)/) });
  });

  it('shows a stream as text, and an error as the server put it', async () => {
    const { body } = await server.send(
      'POST',
      '/api/v1/executions?wait=5s',
      { definition: faulty },
      { authorization: `Bearer ${key}` },
    );
    const stream = await page.evaluate(
      `send('getExecutionEvents', { id: '${body.id}', Accept: 'text/event-stream' })`,
    );
    expect(stream).toMatchObject({ text: expect.stringContaining('event: execution.faulted') });
    const refused = await page.evaluate(`send('getExecution', { id: 'a/b?c' })`);
    expect(refused).toMatchObject({
      line: expect.stringContaining('GET /api/v1/executions/a%2Fb%3Fc → 400'),
      text: expect.stringContaining('urn:millrace:problem:bad-request'),
    });
  });

  it('has a light and a dark look, and breaks no rule of its own policy', async () => {
    const dark = await openPage(`${server.url}/docs`, 'dark');
    const background = 'getComputedStyle(document.body).backgroundColor';
    await expect.poll(() => dark.evaluate(background)).toBe('rgb(20, 23, 26)');
    expect(await page.evaluate(background)).toBe('rgb(255, 255, 255)');
    await dark.close();
    const violations = [...page.complaints, ...dark.complaints].filter((text) => !/favicon|40\d/.test(text));
    expect(violations).toEqual([]);
  });
});

/** What a reader does, in the page itself: fills the fields of an operation by their names, and sends it. */
const helpers = `
function setKey(key) { document.getElementById('key').value = key; }
async function send(id, values) {
  const item = document.getElementById(id);
  item.open = true;
  while (!item.querySelector('form')) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const [name, value] of Object.entries(values)) {
    const control = item.querySelector('[name="' + name + '"]');
    control.value = value;
    control.dispatchEvent(new Event('change'));
  }
  item.querySelector('button.send').click();
  do await new Promise((resolve) => setTimeout(resolve, 20)); while (item.querySelector('button.send').disabled);
  const [head, text] = item.querySelectorAll('pre');
  return { line: item.querySelector('[role=status]').textContent, head: head.textContent, text: text.textContent,
    markup: text.childElementCount };
}`;
