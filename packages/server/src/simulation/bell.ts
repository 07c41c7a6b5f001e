/**
 * The bell: a workflow that events start, published while it storms. Each event that is published after that has one run: of
 * its own, or one with all that came until the event that ends the gathering.
 */
import type { JsonObject } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { LoggedEvent } from '../roles/event-log.ts';
import { askUntilDone } from './ask-until-done.ts';
import type { Cluster } from './cluster.ts';
import type { Mirror } from './mirror.ts';
import type { SimQueue } from './sim-queue.ts';
import type { Violations } from './violations.ts';

export interface BellOptions {
  readonly gathers: boolean;
  readonly shared: Store;
  readonly queue: SimQueue;
  readonly cluster: Cluster;
  readonly mirror: Mirror;
  readonly violations: Violations;
}

const tenant = 'default';
const tick: JsonObject = { with: { type: 'tick' } };
const gathering: JsonObject = { any: [tick], until: { one: { with: { type: 'end' } } } };
const definition = (on: JsonObject): JsonObject => ({
  document: { dsl: '1.0.3', namespace: 'simulation', name: 'bell', version: '1.0.0' },
  schedule: { on },
  do: [{ ring: { set: { rung: true } } }],
});

export class Bell {
  readonly #options: BellOptions;
  /** where the log ended when the publication was acknowledged */
  #from: number | undefined;

  constructor(options: BellOptions) {
    this.#options = options;
  }

  publish(): void {
    const { shared, mirror, gathers } = this.#options;
    const text = JSON.stringify(definition(gathers ? gathering : { one: tick }));
    askUntilDone(
      this.#options,
      async (engine) => {
        await engine.deploy(tenant, text);
        await shared.end();
      },
      () => (this.#from ??= mirror.published.at(-1)?.position ?? 0),
    );
  }

  /** Whether every event has its run. */
  get isRung(): boolean {
    if (this.#from === undefined) return false;
    const runs = this.#runs();
    return this.#wanted().every(({ key }) => runs.some((each) => each.key === key));
  }

  atRest(): void {
    const { violations } = this.#options;
    const seen = new Set<string>();
    for (const { key, id } of this.#runs()) {
      violations.expect(!seen.has(key), 'an event starts no run twice', () => `${id} for ${key}`);
      seen.add(key);
    }
    for (const { key } of this.#wanted())
      violations.expect(seen.has(key), 'no event that starts a run is lost', () => key);
  }

  /** What has come behind the last end is gathered still. */
  #wanted(): readonly LoggedEvent[] {
    const { mirror, gathers } = this.#options;
    const from = this.#from ?? Number.POSITIVE_INFINITY;
    const own = mirror.published.filter((logged) => logged.tenant === tenant && logged.position > from);
    if (!gathers) return own.filter(({ event }) => event.type === 'tick');
    const last = own.findLastIndex(({ event }) => event.type === 'end');
    return own.slice(0, last + 1).filter(({ event }) => event.type === 'tick' || event.type === 'end');
  }

  #runs(): readonly { readonly key: string; readonly id: string }[] {
    return [...this.#options.mirror.streams].flatMap(({ id, state: { cause } }) =>
      cause?.source === 'on' ? (cause.events ?? []).map((key) => ({ key, id })) : [],
    );
  }
}
