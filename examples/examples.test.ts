/** Every example, run in the embedded engine against the stand-in, with what is interesting about it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Fact, FactType, Json } from '@millrace/core';
import { createEngine, type EmbeddedEngine } from 'millrace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOf, readExamples } from './catalog.ts';
import { type Received, type StandIn, startStandIn } from './stand-in.ts';

const examples = readExamples();
const root = join(import.meta.dirname, '..');
/** Most of it is the pauses of the examples, and the start of programs. */
const slow = { timeout: 60_000 };
let standIn: StandIn;
let engine: EmbeddedEngine;

beforeAll(async () => {
  standIn = await startStandIn();
  engine = await createEngine({
    allow: ['loopback'],
    environment: { MILLRACE_SECRET_MODEL_KEY: 'any-key-will-do' },
  });
});

afterAll(async () => {
  await engine.close();
  await standIn.close();
});

interface Run {
  readonly status: string;
  readonly output: Json | undefined;
  readonly error: { readonly type: string; readonly status: number; readonly detail?: string } | undefined;
  readonly received: readonly Received[];
  /** `POST /payments 503`, in order */
  readonly calls: readonly string[];
  readonly facts: readonly Fact[];
}

/** Runs an example with its own input, and `changes` to it. */
async function run(name: string, changes: Readonly<Record<string, Json>> = {}): Promise<Run> {
  const example = examples.find((each) => each.name === name);
  if (example === undefined) throw new Error(`there is no example ${name}`);
  const before = standIn.received.length;
  const { id, status, output, error } = await engine.run({
    definition: example.text,
    input: { ...example.input, services: standIn.url, ...changes },
  });
  const received = standIn.received.slice(before);
  const calls = received.map((each) => `${each.method} ${each.path} ${each.status}`);
  const events = await engine.events(id, { limit: 1_000 });
  return { status, output, error, received, calls, facts: events.rows.map(({ fact }) => fact) };
}

function of<T extends FactType>({ facts }: Run, type: T): readonly Extract<Fact, { type: T }>[] {
  return facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type);
}

describe('each example', () => {
  it('is told in the README, with its input, and says at its head what it shows', () => {
    const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
    expect(examples.length).toBeGreaterThanOrEqual(15);
    for (const { name, summary } of examples) {
      expect(readme, name).toContain(`| [${name}](${name}.yaml) | `);
      expect(readme, name).toContain(`[input](${name}.input.json)`);
      expect(summary, name).toMatch(/^[A-Z].{30,}\.$/);
    }
  });

  it(
    'completes with its own input, and again in the same way when it is run a second time',
    slow,
    async () => {
      for (const { name } of examples) {
        const first = await run(name);
        expect(first, name).toMatchObject({ status: 'completed' });
        if (name === 'idempotent-payment') continue;
        const second = await run(name);
        expect(second.output, name).toEqual(first.output);
        // A page that comes sooner or later is turned away more or less often.
        if (name !== 'site-crawl') expect(second.calls.toSorted(), name).toEqual(first.calls.toSorted());
      }
    },
  );

  it('runs on the command line as `npm run examples` tells it', slow, async () => {
    const programs = [join(import.meta.dirname, 'main.ts'), '--port', '0'];
    const service = spawn(process.execPath, ['--conditions=millrace-source', ...programs], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    service.stdout.on('data', (chunk) => {
      told += String(chunk);
    });
    await expect.poll(() => told, { timeout: 10_000 }).toContain('Ctrl-C');
    for (const example of examples) expect(told).toContain(commandOf(example));
    const url = /http:\S+\d/.exec(told)?.[0] ?? '';
    const command = ['run', 'examples/customer-list.yaml', '--input', JSON.stringify({ services: url })];
    const main = join(root, 'packages/server/src/cli/main.ts');
    const child = spawn(process.execPath, ['--conditions=millrace-source', main, ...command], { cwd: root });
    const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(JSON.parse(out)).toMatchObject({ count: 23 });
    expect(told).toContain('200  GET    /customers?page=3');
    service.kill('SIGTERM');
    await once(service, 'close');
    expect(service.exitCode).toBe(0);
  });

  it('is valid for `millrace validate`', async () => {
    const main = join(root, 'packages/server/src/cli/main.ts');
    const files = examples.map(({ name }) => `examples/${name}.yaml`);
    const args = ['--conditions=millrace-source', main, 'validate', ...files];
    const child = spawn(process.execPath, args, { cwd: root });
    const [errors] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' });
  });
});

describe('errors and repetition', () => {
  it('order takes the payment at the third try, while the stock is reserved once', async () => {
    const order = await run('order');
    expect(order.output).toEqual({ reservation: 'res-A-1', payment: 'pay-A-1' });
    expect(order.calls.filter((call) => call.startsWith('POST /payments'))).toEqual([
      'POST /payments 503',
      'POST /payments 503',
      'POST /payments 201',
    ]);
    expect(order.calls).toContain('POST /reservations 201');
    expect(of(order, 'retry.scheduled').map(({ attempt }) => attempt)).toEqual([2, 3]);
  });

  it('order-fulfilment refunds and releases what it did when the shipment is refused', async () => {
    const order = await run('order-fulfilment');
    expect(order.output).toEqual({
      status: 'cancelled',
      reason: 'no carrier goes to AQ',
      refunded: 'pay-B-7',
      released: 'res-B-7',
    });
    expect(order.calls.slice(-4)).toEqual([
      'POST /shipments 422',
      'POST /payments/pay-B-7/refund 503',
      'POST /payments/pay-B-7/refund 200',
      'DELETE /reservations/res-B-7 204',
    ]);
  });

  it('order-fulfilment ships, and undoes nothing, when the carrier goes there', async () => {
    const order = await run('order-fulfilment', { address: { country: 'PT' } });
    expect(order.output).toEqual({ status: 'shipped', shipment: 'ship-B-7' });
    expect(order.calls.filter((call) => /refund|DELETE/.test(call))).toEqual([]);
  });

  it('order-fulfilment is refused at once without an address', async () => {
    const { status, error, calls } = await run('order-fulfilment', { address: 'somewhere' });
    expect({ status, calls }).toEqual({ status: 'faulted', calls: [] });
    expect(error).toMatchObject({ status: 400, type: expect.stringMatching(/validation$/) });
  });

  it('trip-booking takes back what was booked, the last first', async () => {
    const trip = await run('trip-booking');
    expect(trip.output).toMatchObject({
      status: 'taken back',
      reason: 'there are no cars in Venice',
      undone: ['hotel/hotel-ada', 'flight/flight-ada'],
    });
    expect(trip.calls.filter((call) => call.startsWith('DELETE'))).toEqual([
      'DELETE /bookings/hotel/hotel-ada 204',
      'DELETE /bookings/flight/flight-ada 204',
    ]);
    expect((await run('trip-booking', { city: 'Lisbon' })).output).toEqual({
      status: 'booked',
      bookings: ['flight/flight-ada', 'hotel/hotel-ada', 'car/car-ada'],
    });
  });

  it('weather-retry waits longer each time, with jitter, and does not try again what is not found', async () => {
    const sunny = await run('weather-retry');
    expect(sunny.output).toEqual({ city: 'Lisbon', celsius: 21 });
    const [first, second, third] = sunny.received.map(({ at }) => at) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(100);
    expect(third - second).toBeGreaterThanOrEqual(200);
    const lost = await run('weather-retry', { city: 'Atlantis' });
    expect(lost).toMatchObject({ status: 'faulted', error: { status: 404 } });
    expect(lost.calls).toEqual(['GET /weather/Atlantis 404']);
  });

  it('idempotent-payment charges once although the first answer was lost, and for every later execution', async () => {
    const count = async () =>
      ((await (await fetch(`${standIn.url}/charges`)).json()) as { count: number }).count;
    const before = await count();
    const paid = await run('idempotent-payment', { order: 'N-1' });
    expect(paid.output).toMatchObject({ amount: 36.5, repeated: true });
    expect(paid.calls).toEqual(['POST /charges 0', 'POST /charges 200']);
    expect(paid.received.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['order-N-1', 'order-N-1']);
    const again = await run('idempotent-payment', { order: 'N-1' });
    expect(again.output).toEqual(paid.output);
    expect(await count()).toBe(before + 1);
  });

  it('canary-release goes back to no traffic at the step that fails', async () => {
    const bad = await run('canary-release');
    expect(bad.output).toEqual({
      status: 'rolled back',
      version: '2.0.0',
      reason: '18% of the requests failed at 50% of the traffic',
    });
    const percents = bad.received.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    expect(percents).toEqual([{ percent: 5 }, { percent: 25 }, { percent: 50 }, { percent: 0 }]);
    expect((await run('canary-release', { version: '2.0.1' })).output).toEqual({
      status: 'released',
      version: '2.0.1',
    });
  });

  it('webhook-relay tries again who is unwell, notes who refuses, and gives each subscriber one key', async () => {
    const relay = await run('webhook-relay');
    expect(relay.output).toEqual({
      delivered: ['crm', 'search'],
      refused: [{ subscriber: 'legacy', status: 410 }],
    });
    expect(relay.received.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'evt-1-crm',
      'evt-1-search',
      'evt-1-search',
      'evt-1-legacy',
    ]);
  });
});

describe('waiting and time', () => {
  it('report-export looks less and less often', async () => {
    const report = await run('report-export');
    expect(report.output).toEqual({ file: '/files/job-quarter.pdf', looks: 4 });
    const looks = report.received.filter(({ method }) => method === 'GET').map(({ at }) => at);
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    for (const [index, wanted] of [20, 40, 80].entries())
      expect(pauses[index]).toBeGreaterThanOrEqual(wanted);
  });

  it('report-export cancels the job and faults when its patience is at an end', async () => {
    const endless = await run('report-export', { report: 'endless', patience: 'PT0.15S' });
    expect(endless).toMatchObject({
      status: 'faulted',
      error: { type: 'https://example.com/errors/too-slow', status: 504 },
    });
    expect(endless.calls.at(-1)).toBe('DELETE /jobs/job-endless 204');
  });

  it('purchase-approval takes the answer of a person, or of the rule, or goes to the board at the deadline', async () => {
    const asked = await run('purchase-approval');
    expect(asked.output).toEqual({ decision: 'approved', by: 'Grace' });
    expect(asked.calls.filter((call) => call.startsWith('GET'))).toHaveLength(3);
    const small = await run('purchase-approval', { amount: 12 });
    expect(small).toMatchObject({ output: { by: 'rule' }, calls: [] });
    const huge = await run('purchase-approval', { purchase: 'yacht', amount: 900_000, deadline: 'PT0.2S' });
    expect(huge.output).toEqual({ decision: 'escalated', by: null });
    expect(huge.received.at(-1)?.body).toMatchObject({ subject: 'Please decide: yacht' });
  });

  it('invoice-reminders reminds until the invoice is paid, and tells it with events', async () => {
    const reminded = await run('invoice-reminders');
    expect(reminded.output).toEqual({ status: 'paid', reminders: 2 });
    const subjects = reminded.received.filter(({ path }) => path === '/mail').map(({ body }) => body);
    expect(subjects).toMatchObject([
      { subject: 'A kind reminder: invoice R-1042' },
      { subject: 'Second reminder: invoice R-1042' },
    ]);
    expect(of(reminded, 'event.emitted').map(({ event }) => event)).toMatchObject([
      { type: 'com.example.invoice.reminded', subject: 'R-1042', data: { reminders: 1 } },
      { data: { reminders: 2 } },
    ]);
  });

  it('site-crawl reads every page once, comes back after a 429, and pauses between two calls', async () => {
    const crawl = await run('site-crawl');
    expect(crawl.output).toMatchObject([
      { page: 'index' },
      { page: 'about' },
      { page: 'blog' },
      { page: 'first-post' },
    ]);
    expect(crawl.received.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(of(crawl, 'wait.started')).toHaveLength(4);
    expect((await run('site-crawl', { pagesMax: 2 })).output).toHaveLength(2);
  });

  it('fastest-mirror takes the first that answers well and cancels the one that still runs', async () => {
    const race = await run('fastest-mirror');
    expect(race.output).toMatchObject({ mirror: 'near' });
    expect(of(race, 'task.cancelled').map(({ task }) => task)).toEqual(['/do/0/race/fork/branches/1/far']);
    expect(of(race, 'task.faulted').map(({ task }) => task)).toEqual(['/do/0/race/fork/branches/0/broken']);
  });
});

describe('data', () => {
  it('stock-check reserves what is there, and asks the buyer for what is not', async () => {
    const enough = await run('stock-check');
    expect(enough.output).toEqual({ reserved: 3, reservation: 'res-stock-teapot' });
    const missing = await run('stock-check', { count: 12 });
    expect(missing.output).toEqual({ reserved: 0, missing: 5 });
    expect(missing.calls).toEqual(['GET /stock/teapot 200', 'POST /mail 202']);
  });

  it('product-page does without reviews, and asks all services at the same time', async () => {
    const page = await run('product-page');
    expect(page.output).toEqual({ name: 'Teapot', price: 24.5, available: 7, reviews: [] });
    const asked = page.facts.findLastIndex(({ type }) => type === 'effect.requested');
    expect(page.facts.findIndex(({ type }) => type === 'effect.completed')).toBeGreaterThan(asked);
  });

  it('customer-list reads all pages', async () => {
    const list = await run('customer-list');
    expect(list.output).toMatchObject({ count: 23 });
    expect(list.calls).toEqual([1, 2, 3].map((page) => `GET /customers?page=${page} 200`));
  });

  it('sales-etl loads the sums and tells the row that makes no sense', async () => {
    const etl = await run('sales-etl');
    const sums = [
      { region: 'north', items: 12, revenue: 69 },
      { region: 'south', items: 4, revenue: 43.75 },
    ];
    expect(etl.output).toMatchObject({ loaded: 2, sums, refused: [{ region: 'east', quantity: null }] });
    expect(etl.received.at(-1)).toMatchObject({ path: '/warehouse/sales-by-region', body: sums });
  });

  it('batch-import stores the rows that fit and says of each other row why it does not', async () => {
    const batch = await run('batch-import');
    expect(batch.output).toMatchObject({
      imported: 2,
      refused: [
        { index: 1, reason: expect.stringContaining('/sku') },
        { index: 2, reason: expect.stringContaining('/price') },
      ],
    });
    expect(batch.received.map(({ body }) => body)).toMatchObject([{ sku: 'tea' }, { sku: 'spoon' }]);
  });

  it('daily-report is about yesterday unless a day is given', async () => {
    expect((await run('daily-report')).output).toMatchObject({ subject: 'Sales of 2026-11-20' });
    const { text: source } = examples.find(({ name }) => name === 'daily-report') ?? { text: '' };
    const input = { to: 'sales@example.com', services: standIn.url };
    const { output, startedAt } = await engine.run({ definition: source, input });
    const yesterday = new Date(Date.parse(startedAt) - 86_400_000).toISOString().slice(0, 10);
    expect(output).toMatchObject({ subject: `Sales of ${yesterday}` });
    expect(standIn.received.at(-1)?.idempotencyKey).toBe(`daily-report-${yesterday}`);
  });

  it('invoice-extraction tells the model what is wrong, and its key is in no fact', async () => {
    const invoice = await run('invoice-extraction');
    expect(invoice.output).toEqual({ number: 'R-1042', total: 1234.5, currency: 'EUR' });
    expect(invoice.calls).toHaveLength(2);
    expect(JSON.stringify(invoice.received.at(-1)?.body)).toMatch(/That does not fit: .* at \/total: /);
    expect(JSON.stringify(invoice.facts)).not.toContain('any-key-will-do');
  });

  it('petstore reads the description once for both operations', async () => {
    const pet = await run('petstore');
    expect(pet.output).toEqual({ id: 2, name: 'Mia', status: 'reserved' });
    expect(pet.calls).toEqual([
      'GET /petstore/openapi.json 200',
      'GET /petstore/pets?status=available 200',
      'PUT /petstore/pets/2 200',
    ]);
  });

  it('ticket-routing goes by the first case that holds', async () => {
    const queueOf = async (changes: Record<string, Json>) => (await run('ticket-routing', changes)).output;
    expect(await queueOf({})).toEqual({ queue: 'billing', ticket: 'billing-1' });
    expect(await queueOf({ subject: 'The API is down' })).toMatchObject({ queue: 'on-call' });
    expect(await queueOf({ subject: 'A question' })).toMatchObject({ queue: 'fast-lane' });
    expect(await queueOf({ subject: 'A question', plan: 'free' })).toMatchObject({ queue: 'support' });
  });

  it('customer-onboarding hands ids on in the context, and skips what the plan does not need', async () => {
    expect((await run('customer-onboarding')).output).toEqual({ account: 'acc-ada', key: 'key-of-acc-ada' });
    const without = await run('customer-onboarding', { plan: 'none' });
    expect(without.output).toEqual({ account: 'acc-ada' });
    expect(of(without, 'task.skipped').map(({ task }) => task)).toEqual(['/do/1/access']);
    expect(without.received.at(-1)?.body).toMatchObject({ text: 'Your account is acc-ada.' });
  });
});
