/**
 * Random well-formed workflows. Every value in them has the shape `{n, trace}`: a number and the places that it
 * went through, so that an output tells which tasks ran, how often and in which order.
 */
import type { JsonObject } from '@millrace/core';
import type { Chance } from './chance.ts';

export interface RandomWorkflow {
  readonly definition: JsonObject;
  /** whether what it yields depends on nothing but its deeds: it has no races and no timeouts */
  readonly foretold: boolean;
  /** workflows that its tasks may run */
  readonly children?: readonly RandomWorkflow[];
}

/** A task under construction: an object of the DSL. */
type Draft = Record<string, unknown>;

interface Drafting {
  readonly chance: Chance;
  /** tasks that may still be drawn */
  left: number;
  names: number;
  foretold: boolean;
  /** variables of the loops around */
  readonly loops: readonly string[];
  readonly depth: number;
  readonly children: readonly RandomWorkflow[];
  /** in a branch of a fork, where the order of events would show if tasks failed or left */
  readonly inFork: boolean;
}

const depthMax = 3;

export function randomWorkflow(
  chance: Chance,
  name: string,
  { tasksMax = 14, children = [] }: { tasksMax?: number; children?: readonly RandomWorkflow[] } = {},
): RandomWorkflow {
  const drafting: Drafting = {
    chance,
    children,
    left: chance.between(Math.min(3, tasksMax), tasksMax),
    names: 0,
    foretold: true,
    loops: [],
    depth: 0,
    inFork: false,
  };
  const tasks = taskList(drafting);
  const timeout = chance.happens(0.05)
    ? raceOf(drafting, { timeout: { after: ms(chance, 100, 2_000) } })
    : {};
  const context = chance.happens(0.2) ? { output: { as: '${ . + {context: $context} }' } } : {};
  const definition = {
    document: { dsl: '1.0.0', namespace: 'simulation', name, version: '1.0.0' },
    ...timeout,
    do: tasks,
    ...context,
  } as JsonObject;
  return { definition, foretold: drafting.foretold, children };
}

function taskList(drafting: Drafting): Draft[] {
  const { chance } = drafting;
  const names = Array.from({ length: chance.between(1, 4) }, () => `t${drafting.names++}`);
  return names.map((name, place) => ({ [name]: task(drafting, name, names.slice(place + 1)) }));
}

function task(drafting: Drafting, name: string, later: readonly string[]): Draft {
  const { chance } = drafting;
  drafting.left -= 1;
  const draft = body(drafting, name, later);
  if (chance.happens(0.12)) draft.if = chance.pick(['${ .n % 2 == 0 }', '${ .n > 2 }', '${ .n < 0 }']);
  if (chance.happens(0.08)) draft.input = { from: '${ .n += 10 }' };
  if (chance.happens(0.08)) draft.output ??= { as: `\${ .trace += ["out ${name}"] }` };
  if (chance.happens(0.1) && !drafting.inFork) draft.export = { as: '${ {seen: .n} }' };
  if (chance.happens(0.06))
    Object.assign(draft, raceOf(drafting, { timeout: { after: ms(chance, 20, 1_500) } }));
  if (!('switch' in draft) && chance.happens(0.1)) draft.then = directive(drafting, later);
  return draft;
}

function body(drafting: Drafting, name: string, later: readonly string[]): Draft {
  const { chance, depth } = drafting;
  const nests = depth < depthMax && drafting.left > 1;
  const kinds = ['set', 'set', 'call', 'call', 'call', 'call', 'wait', 'switch', 'emit', 'raise'];
  if (drafting.children.length > 0) kinds.push('run', 'run');
  const nested = nests ? ['try', 'try', 'try', 'fork', 'fork', 'for', 'do'] : [];
  switch (chance.pick([...kinds, ...nested])) {
    case 'call':
      return call(drafting, name);
    case 'run':
      return run(drafting);
    case 'wait':
      return { wait: ms(chance, 1, chance.happens(0.2) ? 1_500 : 100) };
    case 'switch':
      return choice(drafting, later);
    case 'emit':
      return emit(name);
    case 'raise':
      return raise(drafting, name);
    case 'try':
      return attempt(drafting, name);
    case 'fork':
      return fork(drafting);
    case 'for':
      return loop(drafting);
    case 'do':
      return { do: inside(drafting, {}) };
    default:
      return { set: { n: '${ .n + 1 }', trace: `\${ .trace + ["${name}"] }` } };
  }
}

function call(drafting: Drafting, name: string): Draft {
  const { chance, loops } = drafting;
  const place = `\${ [${[`"${name}"`, ...loops.map((loop) => `$${loop}`)].join(', ')}] | map(tostring) | join("/") }`;
  const failures = chance.happens(0.35) ? chance.between(1, chance.happens(0.3) ? 9 : 2) : 0;
  if (failures > 0) mayFail(drafting);
  const unsafe = chance.happens(0.08);
  // A deed that is done at most once stays in doubt after a crash: what would have become of it is anybody's guess.
  if (unsafe) drafting.foretold = false;
  return {
    call: 'step',
    with: { place, failures, value: '${ . }' },
    ...(unsafe ? { metadata: { unsafe: true } } : {}),
  };
}

function run(drafting: Drafting): Draft {
  const { chance } = drafting;
  const child = chance.pick(drafting.children);
  const { name } = child.definition.document as { readonly name: string };
  const version = chance.happens(0.5) ? { version: '1.0.0' } : {};
  const detached = chance.happens(0.2);
  if (!detached) {
    mayFail(drafting);
    if (!child.foretold) drafting.foretold = false;
  }
  const workflow = { namespace: 'simulation', name, ...version };
  return { run: { workflow, ...(detached ? { await: false } : {}) } };
}

function choice(drafting: Drafting, later: readonly string[]): Draft {
  const odd = { odd: { when: '${ .n % 2 == 1 }', then: directive(drafting, later) } };
  const otherwise = { otherwise: { then: directive(drafting, later) } };
  return { switch: drafting.chance.happens(0.6) ? [odd, otherwise] : [odd] };
}

function directive(drafting: Drafting, later: readonly string[]): string {
  const { chance, inFork } = drafting;
  const draw = chance.next();
  if (draw < 0.5 && later.length > 0) return chance.pick(later);
  if (draw < 0.85 || inFork) return 'continue';
  return draw < 0.95 ? 'exit' : 'end';
}

function emit(name: string): Draft {
  const event = { type: 'simulation.event', source: '/simulation', data: { at: name, n: '${ .n }' } };
  return { emit: { event: { with: event } }, output: { as: '${ $input }' } };
}

function raise(drafting: Drafting, name: string): Draft {
  mayFail(drafting);
  const error = { type: 'https://sim.example/errors/raised', status: 400, title: name };
  return { if: drafting.chance.pick(['${ .n % 3 == 0 }', '${ .n > 5 }', '${ true }']), raise: { error } };
}

function attempt(drafting: Drafting, name: string): Draft {
  const { chance } = drafting;
  const handler = chance.happens(0.5) ? { do: inside(drafting, {}) } : {};
  const filter = chance.happens(0.2)
    ? {
        errors: {
          with: {
            type: chance.pick(['https://sim.example/errors/raised', 'https://sim.example/errors/broken']),
          },
        },
      }
    : {};
  const retry = chance.happens(0.75) ? { retry: retryPolicy(drafting) } : {};
  const when = chance.happens(0.1) ? { when: '${ $error.status != 504 }' } : {};
  return {
    try: inside(drafting, {}),
    catch: { as: 'error', ...filter, ...when, ...retry, ...handler },
    metadata: { name },
  };
}

function retryPolicy(drafting: Drafting): Draft {
  const { chance } = drafting;
  const backoff = chance.pick([
    {},
    { backoff: { constant: {} } },
    { backoff: { linear: {} } },
    { backoff: { exponential: {} } },
  ]);
  const jitter = chance.happens(0.3) ? { jitter: { from: ms(chance, 0, 10), to: ms(chance, 10, 60) } } : {};
  const limits = chance.happens(0.1) ? raceOf(drafting, { duration: ms(chance, 20, 1_000) }) : {};
  const count = { count: chance.between(2, 4), ...limits };
  return {
    delay: ms(chance, 0, 120),
    ...backoff,
    ...jitter,
    limit: { attempt: { count: count.count, ...limits } },
  };
}

function fork(drafting: Drafting): Draft {
  const { chance } = drafting;
  const compete = chance.happens(0.3);
  if (compete) drafting.foretold = false;
  const names = Array.from({ length: chance.between(2, 3) }, () => `t${drafting.names++}`);
  const branches = names.map((name) => {
    const branch = deeper(drafting, { inFork: true });
    const drawn = task(branch, name, []);
    take(drafting, branch);
    return { [name]: drawn };
  });
  const joined = compete ? {} : { output: { as: '${ {n: (map(.n) | add), trace: (map(.trace) | add)} }' } };
  return { fork: { compete, branches }, ...joined };
}

function loop(drafting: Drafting): Draft {
  const { chance, loops } = drafting;
  const variable = `i${loops.length}`;
  const condition = chance.happens(0.2) ? { while: '${ .n < 40 }' } : {};
  return {
    for: { each: variable, in: `\${ [range(0; ${chance.between(0, 3)})] }` },
    ...condition,
    do: inside(drafting, { loops: [...loops, variable] }),
  };
}

function inside(drafting: Drafting, changes: Partial<Drafting>): Draft[] {
  const inner = deeper(drafting, changes);
  const tasks = taskList(inner);
  take(drafting, inner);
  return tasks;
}

function deeper(drafting: Drafting, changes: Partial<Drafting>): Drafting {
  return { ...drafting, depth: drafting.depth + 1, ...changes };
}

/** Takes over what an inner draft has used up. */
function take(drafting: Drafting, inner: Drafting): void {
  drafting.left = inner.left;
  drafting.names = inner.names;
  drafting.foretold = inner.foretold;
}

function mayFail(drafting: Drafting): void {
  if (drafting.inFork) drafting.foretold = false;
}

function raceOf(drafting: Drafting, draft: Draft): Draft {
  drafting.foretold = false;
  return draft;
}

function ms(chance: Chance, from: number, to: number): Draft {
  return { milliseconds: chance.between(from, to) };
}
