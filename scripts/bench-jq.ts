/**
 * Microseconds per evaluation of our jq, next to jq-web when it is installed.
 * Usage: node --conditions=millrace-source scripts/bench-jq.ts
 */
import { compile, type Json } from '@millrace/jq';

interface Subject {
  readonly name: string;
  readonly program: string;
  readonly input: Json;
  /** Upper bound in microseconds that the project promises. */
  readonly barMicros?: number;
}

const ITEMS: Json = Array.from({ length: 480 }, (_, i) => ({
  v: i % 25,
  name: `item ${i}`,
  tags: ['a', 'b'],
}));
const ORDER: Json = {
  customer: { name: 'Ada', city: 'London' },
  lines: [
    { price: 3, count: 2 },
    { price: 5, count: 1 },
  ],
};

const SUBJECTS: readonly Subject[] = [
  { name: 'field of a field', program: '.a.b', input: { a: { b: 1 }, c: 2 }, barMicros: 0.2 },
  { name: 'filter and sum 480', program: '[.[]|select(.v>10)|.v]|add', input: ITEMS, barMicros: 60 },
  {
    name: 'new object',
    program: '{name: .customer.name, total: ([.lines[]|.price * .count]|add)}',
    input: ORDER,
  },
  { name: 'condition', program: 'if .customer.city == "London" then "gb" else "xx" end', input: ORDER },
  { name: 'interpolation', program: '"Hello \\(.customer.name) of \\(.customer.city)"', input: ORDER },
  { name: 'update', program: '.lines[].price |= . + 1', input: ORDER },
  { name: 'set', program: '.customer.name = "Bob"', input: ORDER },
  { name: 'group 480', program: 'group_by(.v)|map({v: .[0].v, n: length})', input: ITEMS },
  { name: 'reduce 1000', program: 'reduce range(1000) as $i ([]; . + [$i])|length', input: null },
  { name: 'index 480', program: 'reduce .[] as $x ({}; .[$x.name] += $x.v)|length', input: ITEMS },
  {
    name: 'function',
    program: 'def fib: if . < 2 then . else (. - 1|fib) + (. - 2|fib) end; 15|fib',
    input: null,
  },
  { name: 'tojson 480', program: 'tojson', input: ITEMS },
  { name: 'regular expression', program: 'map(select(.name|test("^item [0-9]*7$")))|length', input: ITEMS },
  { name: 'first of many', program: 'first(.[]|select(.v==20))', input: ITEMS },
];

/** The best of many short rounds: on a busy machine a long one is interrupted. */
const WARM_UP_MS = 200;
const ROUND_MS = 30;
const ROUNDS = 15;

function microsPerRun(run: () => unknown): number {
  repeatFor(WARM_UP_MS, run);
  const rounds = Array.from({ length: ROUNDS }, () => repeatFor(ROUND_MS, run));
  return Math.min(...rounds);
}

function repeatFor(milliseconds: number, run: () => unknown): number {
  let runs = 0;
  const start = performance.now();
  let elapsed = 0;
  for (let batch = 1; elapsed < milliseconds; batch = Math.min(batch * 2, 10_000)) {
    for (let i = 0; i < batch; i++) run();
    runs += batch;
    elapsed = performance.now() - start;
  }
  return (elapsed * 1000) / runs;
}

/** The yardstick, if somebody has installed it. */
async function loadYardstick(): Promise<((input: Json, program: string) => unknown) | undefined> {
  try {
    const name = 'jq-web';
    const module: unknown = (await import(name)).default;
    const loaded = (await module) as { json(input: Json, program: string): unknown };
    return (input, program) => loaded.json(input, program);
  } catch {
    return undefined;
  }
}

const yardstick = await loadYardstick();
console.log(`jq-web: ${yardstick === undefined ? 'not installed' : 'installed'}`);
console.log(
  `${'µs per evaluation'.padEnd(24)}${'ours'.padStart(12)}${'bar'.padStart(8)}${'jq-web'.padStart(12)}`,
);
for (const { name, program, input, barMicros } of SUBJECTS) {
  const filter = compile(program);
  const ours = microsPerRun(() => filter.first(input));
  const theirs = yardstick === undefined ? '' : microsPerRun(() => yardstick(input, program)).toFixed(1);
  console.log(
    name.padEnd(24) +
      ours.toFixed(3).padStart(12) +
      String(barMicros ?? '').padStart(8) +
      theirs.padStart(12),
  );
}
