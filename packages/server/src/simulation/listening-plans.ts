/**
 * Executions that listen, each for events under a key of its own, and the publications that are for them. What they consume
 * is known from the log: all events of the key between their start and the event that ends their listening, in order.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '@millrace/core';
import { type Chance, createChance } from './chance.ts';
import type { Mirror } from './mirror.ts';
import type { RandomWorkflow } from './random-workflow.ts';
import type { Act, ExecutionPlan, Scenario } from './scenario.ts';
import type { Violations } from './violations.ts';

export interface ListeningPlans {
  readonly executions: readonly ExecutionPlan[];
  readonly acts: readonly Act[];
  /** whether the events start a workflow, too */
  readonly bell: boolean;
  /** its runs are of the events until another one */
  readonly bellGathers: boolean;
}

const none: ListeningPlans = { executions: [], acts: [], bell: false, bellGathers: false };

/** Drawn apart from all else, so that a seed goes on meaning what it meant. @param from number of the first execution */
export function listeningPlans(seed: number, from: number, stormMs: number): ListeningPlans {
  const chance = createChance(Math.imul(seed, 0x27d4eb2f) ^ 0x165667b1);
  if (chance.happens(0.5)) return none;
  const executions = Array.from({ length: chance.between(1, 3) }, (_, index): ExecutionPlan => {
    const id = `l${index}`;
    return {
      tenant: 'default',
      id,
      workflow: chance.pick(workflows),
      input: { n: 0, trace: [], key: id },
    };
  });
  const acts = executions.flatMap((_, index) => actsOf(chance, from + index, stormMs));
  return { executions, acts, bell: chance.happens(0.5), bellGathers: chance.happens(0.5) };
}

function actsOf(chance: Chance, execution: number, stormMs: number): Act[] {
  const seedFrom = () => Math.floor(chance.next() * 4_294_967_296);
  const publications = Array.from(
    { length: chance.between(0, 8) },
    (): Act => ({
      at: chance.happens(0.5) ? { step: chance.between(1, 200) } : { ms: chance.between(0, stormMs) },
      seed: seedFrom(),
      type: 'publish',
      execution,
    }),
  );
  const start: Act = {
    at: { ms: chance.between(0, stormMs / 2) },
    seed: seedFrom(),
    type: 'start',
    execution,
  };
  return [start, ...publications];
}

/** An event for an execution; `end` ends its listening. */
export function eventFor(key: string, type: 'tick' | 'end', id: string): JsonObject {
  return { specversion: '1.0', id, source: 'urn:simulation', type, key };
}

const correlate = { key: { from: '.key', expect: '.key' } };
const to = {
  any: [{ with: { type: 'tick' }, correlate }],
  until: { one: { with: { type: 'end' }, correlate } },
};
const seen = { as: '${ . }' };
/** What the simulated deeds are asked with. */
const deed = { place: 'd', failures: 0, value: { n: 0, trace: [] } };

/** At once, after a deed, after a wait, and with a deed for each event. */
const workflows: readonly RandomWorkflow[] = [
  workflowOf('at-once', [{ l: { listen: { to, read: 'envelope' }, output: seen } }]),
  workflowOf('after-a-deed', [
    { d: { call: 'step', with: deed, output: { as: '${ $input }' } } },
    { l: { listen: { to, read: 'envelope' } } },
  ]),
  workflowOf('after-a-wait', [
    { w: { wait: { milliseconds: 300 } } },
    { l: { listen: { to, read: 'envelope' } } },
  ]),
  workflowOf('each-with-a-deed', [
    {
      l: {
        listen: { to, read: 'envelope' },
        foreach: {
          item: 'event',
          do: [{ d: { call: 'step', with: deed } }],
          output: { as: '${ $event }' },
        },
      },
    },
  ]),
];

function workflowOf(name: string, tasks: readonly JsonObject[]): RandomWorkflow {
  const definition: JsonObject = {
    document: { dsl: '1.0.3', namespace: 'simulation', name: `listens-${name}`, version: '1.0.0' },
    do: tasks,
  };
  return { definition, foretold: false };
}

interface Listening {
  readonly tenant: string;
  readonly id: string;
  readonly key: string;
}

/** Those of the scenario, and those that go on in the place of one that faulted: they begin anew, and later. */
export function* listeningIn({ executions }: Scenario, mirror: Mirror): Iterable<Listening> {
  for (const { tenant, id, input } of executions)
    if (input.key !== undefined && mirror.get(tenant, id) !== undefined) yield { tenant, id, key: input.key };
  for (const { tenant, id, state } of mirror.streams) {
    const key = isJsonObject(state.input) ? state.input.key : undefined;
    if (state.from !== undefined && typeof key === 'string') yield { tenant, id, key };
  }
}

/**
 * What has listened to its end has had every event that was for it, once and in the order of the log. Whether there was
 * something to check.
 */
export function checkListened(
  mirror: Mirror,
  violations: Violations,
  { tenant, id, input: { key } }: ExecutionPlan,
): boolean {
  const stream = mirror.get(tenant, id);
  if (key === undefined || stream?.state.phase !== 'completed') return false;
  const its = mirror.published.filter(
    (logged) => logged.tenant === tenant && logged.event.key === key && logged.position > stream.began,
  );
  const end = its.findIndex(({ event }) => event.type === 'end');
  const wanted = its.slice(0, end).map(({ event }) => String(event.id));
  const had = (stream.state.output as readonly { readonly id: string }[]).map((event) => event.id);
  const place = () => `${id}: had ${had.join(' ')}, wanted ${wanted.join(' ')}`;
  violations.expect(new Set(had).size === had.length, 'no event is consumed twice', place);
  violations.expect(
    wanted.every((each) => had.includes(each)),
    'no event is lost',
    place,
  );
  violations.expect(isDeepStrictEqual(had, wanted), 'events are consumed in their order', place);
  return true;
}
