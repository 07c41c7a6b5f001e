/** Executions that together hold every fact: what `scripts/record-golden.ts` records for each schema of facts. */
import type { ExecutionState } from '../model/state.ts';
import { completed, type Driven, drive, failed, type Stored } from './drive.ts';

/** One execution as it was stored, and what it comes to. */
export interface GoldenExecution {
  readonly title: string;
  readonly commits: readonly Stored[];
  /** the state after its last fact */
  readonly state: unknown;
}

type Titled = readonly (readonly [title: string, run: Driven])[];

const additions: Readonly<Record<string, () => Titled>> = {
  events: () => [
    ['listens to all of two, with a key that the first gives', listensToAll()],
    ['listens until a condition holds, and works through each', listensUntil()],
    ['listens until an event ends it, and is told the envelopes', listensToItsEnd()],
  ],
  places: () => [
    ['waits for a place, and runs', waitsForPlace()],
    ['restored, and waits for a place with its clocks held', restoredToWait()],
  ],
  'schedule-on': () => [['started by events', startedByEvents()]],
};

/** What was added to a schema after its log was recorded: facts, and members of them, that no older log has. */
export function goldenAdditions(name: string): readonly GoldenExecution[] {
  const runs = additions[name]?.() ?? [];
  return runs.map(([title, { commits, state }]) => ({ title, commits, state }));
}

const filter = (type: string) => `{ with: { type: ${type} }, correlate: { room: { from: .roomid } } }`;

function listensToAll(): Driven {
  const run = drive(`do: [{ both: { listen: { to: { all: [${filter('warm')}, ${filter('damp')}] } } } }]`);
  run.publish({ type: 'warm', roomid: '4', data: { t: 30 } });
  return run.publish({ type: 'damp', roomid: 4, data: { h: 80 } });
}

function listensUntil(): Driven {
  const run = drive(`do:
  - each:
      listen: { to: { any: [], until: 'length == 2' } }
      foreach:
        do: [{ note: { set: { n: '\${ $index }' } } }]
        output: { as: '\${ .n + 1 }' }
        export: { as: '\${ { seen: . } }' }
`);
  for (const n of [1, 2]) run.publish({ type: 'any', data: n });
  return run;
}

function listensToItsEnd(): Driven {
  const run = drive(
    `do: [{ many: { listen: { to: { any: [${filter('warm')}], until: { one: { with: { type: out } } } }, read: envelope } } }]`,
  );
  run.publish({ type: 'warm', roomid: 1, data: 1 });
  return run.publish({ type: 'out' });
}

const functions = ['work'];

const flow = `do:
  - first: { if: '\${ false }', set: { never: true } }
  - loop: { for: { each: n, in: '\${ [1, 2] }' }, do: [{ inner: { set: { n: '\${ $n }' } } }] }
  - pause: { wait: { seconds: 1 } }
  - both: { fork: { branches: [{ a: { set: { a: 1 } } }, { b: { set: { b: 2 } } }] } }
  - say: { emit: { event: { with: { source: https://example.com/golden, type: com.example.said, data: { n: 1 } } } } }
`;

const calls = `do:
  - again:
      try: [{ call1: { call: work, with: { n: 1 } } }]
      catch:
        retry: { delay: { seconds: 1 }, limit: { attempt: { count: 2 } } }
        do: [{ recover: { set: { recovered: true } } }]
  - last: { call: work, with: { n: 2 } }
`;

const reuse = `use:
  functions:
    double: { input: { schema: { document: { required: [n] } } }, set: { n: '\${ .n * 2 }' } }
  extensions:
    - noted: { extend: call, before: [{ note: { set: { noted: true }, export: { as: . } } }] }
    - mocked: { extend: emit, before: [{ mock: { set: { mocked: true }, then: exit } }], after: [{ no: { set: { never: 1 } } }] }
do:
  - twice: { call: double, with: { n: 21 } }
  - whole: { call: double }
  - say: { emit: { event: { with: { source: https://example.com/golden, type: com.example.said } } } }
`;

const call = 'do:\n  - only: { call: work, with: { n: 1 } }\n';

export function goldenExecutions(): readonly GoldenExecution[] {
  const runs: readonly (readonly [title: string, run: Driven])[] = [
    ['loop, wait, fork, emit and a skipped task', drive(flow)],
    ['a call that fails twice and is recovered from', drive(calls, { functions, answer: failsFirst })],
    ['a call whose end is unknown, and a fault', drive(call, { functions, answer: () => failed(503, true) })],
    ['yielded on the way', drive(flow, { limits: { decisionEventsMax: 2 } })],
    ['suspended, resumed and cancelled; a late answer', cancelled()],
    ['resolved by hand', resolved()],
    ['restored after a fault', restored()],
    ['functions and extensions', drive(reuse)],
    ['children that complete, fault and are cancelled', children()],
    ['children that are taken back, and one that is not waited for', childrenLeft()],
    ['a child, started by a schedule', started()],
  ];
  return runs.map(([title, { commits, state }]) => ({ title, commits, state }));
}

function failsFirst(fact: { readonly task: string }): ReturnType<typeof failed> {
  return fact.task.startsWith('/do/0') ? failed(500) : completed({ done: true });
}

function cancelled(): Driven {
  const run = drive(call, { functions });
  run.command({ type: 'execution.suspend', reason: 'a look' });
  run.command({ type: 'execution.resume' });
  run.command({ type: 'execution.cancel', reason: 'no longer wanted' });
  const [request] = Object.keys(run.state.effects);
  run.command({ type: 'effect.complete', effect: Number(request), outcome: completed({ late: true }) });
  return run;
}

function resolved(): Driven {
  const run = drive(call, { functions });
  const [request] = Object.keys(run.state.effects);
  run.command({
    type: 'effect.resolve',
    effect: Number(request),
    outcome: completed({ by: 'hand' }),
    reason: 'it was done',
  });
  return run;
}

const pays = `do:
  - both:
      try: [{ a: { run: { workflow: { namespace: shop, name: pay } } } }]
      catch: { retry: { limit: { attempt: { count: 3 } } } }
`;

const definition = { namespace: 'shop', name: 'pay', version: '1.0.0', digest: 'sha256:1' };

function children(): Driven {
  const run = drive(pays);
  const error = { type: 'https://example.com/errors/broke', status: 500, instance: '/do/0/x' };
  for (const outcome of [
    { type: 'faulted', error },
    { type: 'cancelled', reason: 'by hand' },
    { type: 'completed', output: { paid: true } },
  ] as const) {
    run.run();
    const child = Number(Object.keys(run.state.children ?? {})[0]);
    run.command({ type: 'child.resolve', child, resolution: { type: 'found', definition } });
    run.command({ type: 'child.complete', child, outcome });
  }
  return run;
}

const both = `do:
  - left: { run: { await: false, workflow: { namespace: shop, name: pay, version: '1.0.0', input: { n: 1 } } } }
  - both: { fork: { branches: [
      { a: { run: { workflow: { namespace: shop, name: pay } } } }, { b: { run: { workflow: { namespace: shop, name: pay } } } } ] } }
`;

function childrenLeft(): Driven {
  const run = drive(both);
  for (let turn = 0; turn < 2; turn++) {
    const child = Number(Object.keys(run.state.children ?? {})[0]);
    run.command({ type: 'child.resolve', child, resolution: { type: 'found', definition } });
  }
  run.command({ type: 'execution.cancel' });
  return run;
}

function started(): Driven {
  const run = drive('do: [{ s: { set: { x: 1 } } }]', { begins: false });
  const parent = { execution: 'p', version: 3, depth: 1 };
  const cause = { type: 'schedule', source: 'cron', due: 1_750_000_000_000 } as const;
  run.command({ type: 'execution.start', execution: 'x', definition, input: {}, parent, cause });
  return run;
}

function startedByEvents(): Driven {
  const run = drive('do: [{ s: { set: { x: 1 } } }]', { begins: false });
  const events = ['3f1c', 'other/4'];
  const cause = { type: 'schedule', source: 'on', due: 1_750_000_000_000, events } as const;
  run.command({ type: 'execution.start', execution: 'x', definition, input: [{ n: 1 }, 2], cause });
  return run;
}

function waitsForPlace(): Driven {
  const run = drive('do: [{ s: { set: { x: 1 } } }]', { needsPlace: true });
  run.now += 1_500;
  run.command({ type: 'place.grant' });
  return run;
}

function restoredToWait(): Driven {
  const open = drive('do: [{ t: { try: [{ w: { wait: { seconds: 9 } } }], catch: {} } }]', { begins: false });
  open.start();
  const state = JSON.parse(JSON.stringify(open.state)) as ExecutionState;
  const run = drive('do: [{ t: { try: [{ w: { wait: { seconds: 9 } } }], catch: {} } }]', {
    begins: false,
    needsPlace: true,
  });
  const from = { execution: 'w', version: state.version };
  run.command({ type: 'execution.restore', execution: 'x', from, state, task: '/do/9/none' });
  run.now += 60_000;
  run.command({ type: 'place.grant' });
  return run;
}

/** What faulted is done again by another execution, from the state before its fault. */
function restored(): Driven {
  const open = drive(call, { functions });
  const state = JSON.parse(JSON.stringify(open.state)) as ExecutionState;
  const run = drive(call, { functions, answer: () => completed({ done: true }), begins: false });
  run.command({
    type: 'execution.restore',
    execution: 'x',
    from: { execution: 'w', version: state.version },
    state,
    task: '/do/0/only',
  });
  return run.run();
}
