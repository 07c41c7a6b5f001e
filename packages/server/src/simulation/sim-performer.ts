/**
 * Deeds of the simulation: they take their time, fail, hang, or end without anybody knowing how. What a deed yields
 * depends on nothing but its place in the workflow and how many keys that place has seen, so that a run without any
 * fault can foretell it.
 */
import type { EffectOutcome, EffectRequest, Json } from '@millrace/core';
import type { EffectContext, Performer } from '../ports/performer.ts';
import type { Chance } from './chance.ts';
import type { Owner, SimQueue } from './sim-queue.ts';

/** A deed as it was begun. */
export interface Deed {
  readonly process: Owner;
  readonly tenant: string;
  readonly execution: string;
  /** `execution/version` */
  readonly effect: string;
  readonly key: string;
  readonly place: string;
  /** step of the simulation */
  readonly step: number;
}

export interface SimPerformerOptions {
  readonly queue: SimQueue;
  readonly chance: Chance;
  /** share of deeds that hang until the storm is over, or their process is gone */
  readonly hanging: number;
  /** how long a slow deed takes at most */
  readonly slowMsMax: number;
  /** called before a deed is begun */
  readonly begun: (deed: Deed) => void;
  /** whether an execution's deeds may end with an outcome that nobody knows */
  readonly mayBeUnknown: (tenant: string, execution: string) => boolean;
}

export interface SimPerformers {
  /** The performer of one process. */
  of(process: Owner): Performer;
  /** From now on every deed ends, those that hang included. */
  calm(): void;
  readonly deeds: readonly Deed[];
  /** deeds that ended, with what they yielded: a service may deliver one again */
  readonly ended: readonly { readonly deed: Deed; readonly outcome: EffectOutcome }[];
}

/** What a registered function of the simulation is called with. */
type Call = { readonly place: string; readonly failures: number; readonly value: Json };

/** names of the functions that random workflows call */
export const functionNames: ReadonlySet<string> = new Set(['step']);

export function createSimPerformers(options: SimPerformerOptions): SimPerformers {
  const { queue, chance } = options;
  const deeds: Deed[] = [];
  const ended: { deed: Deed; outcome: EffectOutcome }[] = [];
  const keys = new Map<string, string[]>();
  const hanging = new Set<() => void>();
  let stormy = true;

  /** How many keys the place had seen when this one came. */
  function turnOf(deed: Deed): number {
    const place = `${deed.tenant}/${deed.execution}/${deed.place}`;
    const seen = keys.get(place) ?? [];
    keys.set(place, seen);
    if (!seen.includes(deed.key)) seen.push(deed.key);
    return seen.indexOf(deed.key);
  }

  function perform(process: Owner, request: EffectRequest, context: EffectContext): Promise<EffectOutcome> {
    const call = callOf(request);
    const { tenant, execution, effect, idempotencyKey: key, signal } = context;
    const deed: Deed = { process, tenant, execution, effect, key, place: call.place, step: queue.steps };
    deeds.push(deed);
    options.begun(deed);
    const turn = turnOf(deed);
    return new Promise((resolve) => {
      const end = () => {
        hanging.delete(end);
        if (!process.alive) return;
        const lost = stormy && options.mayBeUnknown(tenant, execution) && chance.happens(0.15);
        const outcome = lost ? unknownOutcome : outcomeAt(call, turn);
        ended.push({ deed, outcome });
        resolve(outcome);
      };
      signal.addEventListener('abort', () => queue.schedule(process, 0, () => resolve(unknownOutcome)));
      if (stormy && chance.happens(options.hanging)) hanging.add(end);
      else queue.schedule(process, duration(), end);
    });
  }

  function duration(): number {
    return stormy && chance.happens(0.15) ? chance.between(100, options.slowMsMax) : chance.between(0, 40);
  }

  return {
    of: (process) => ({ perform: (request, context) => perform(process, request, context) }),
    calm() {
      stormy = false;
      for (const end of [...hanging]) end();
    },
    deeds,
    ended,
  };
}

/** What the deed at a place yields for the `turn`-th key (from 0) that it sees. */
export function outcomeAt({ place, failures, value }: Call, turn: number): EffectOutcome {
  if (turn < failures)
    return {
      type: 'failed',
      error: { type: 'https://sim.example/errors/broken', status: 503, title: `broken at ${place}` },
    };
  const { n, trace } = value as { n: number; trace: readonly string[] };
  return { type: 'completed', output: { n: n + 1, trace: [...trace, `${place}:${turn}`] } };
}

export function callOf(request: EffectRequest): Call {
  if (request.type !== 'function')
    throw new Error(`broken rule: a random workflow has no ${request.type} effects`);
  return request.input as Call;
}

const unknownOutcome: EffectOutcome = {
  type: 'failed',
  unknown: true,
  error: { type: 'https://sim.example/errors/lost', status: 504, title: 'nobody knows' },
};
