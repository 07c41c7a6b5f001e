/**
 * Brings events to executions, to each in the order of the log.
 *
 * 1. The next event is handed over when the one before it is durable: were both under way and the first failed, the second
 *    would be consumed before it.
 * 2. An event that cannot be decided, again and again, becomes a row. While rows of an execution wait, what comes after
 *    them waits behind them as a row: whoever takes rows keeps their order.
 */
import type { Command } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { deliveryName, isDelivery, type PlacedEvent } from './delivery-row.ts';
import { type Door, remoteDoor } from './door.ts';
import { type Refused, refusedBy } from './refused-event.ts';

type Listeners = Extract<Command, { type: 'event.deliver' }>['listeners'];

export interface DeliveriesOptions {
  readonly store: Store;
  readonly world: World;
  readonly door: Door;
  readonly onError: (error: unknown, execution: string) => void;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** the last delivery to each execution, of the page under way */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** what fails becomes a row */
  #isPatient = true;
  /** Events may wait as rows: of this process, or of the one that led before it. */
  #rowsMayWait = true;
  /** number of events handed over */
  count = 0;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Another process may have left rows meanwhile. */
  taken(): void {
    this.#rowsMayWait = true;
  }

  /** @param isPatient what fails is thrown, for the page to be tried again; else it becomes a row */
  async beginPage(isPatient: boolean): Promise<void> {
    this.#turns.clear();
    this.#isPatient = isPatient;
    const { door, store } = this.#options;
    if (this.#rowsMayWait && !door.isRemote)
      this.#rowsMayWait = (await store.nextDue(['command'])) !== undefined;
  }

  /** Why the execution did not take it; undefined: it did, or will. */
  submit(placed: PlacedEvent, execution: string, listeners: Listeners): Promise<Refused | undefined> {
    const key = `${placed.tenant}/${execution}`;
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(() =>
      this.#handOver(placed, execution, listeners),
    );
    this.#turns.set(key, turn);
    return turn;
  }

  async #handOver(
    placed: PlacedEvent,
    execution: string,
    listeners: Listeners,
  ): Promise<Refused | undefined> {
    const { door, store, onError } = this.#options;
    const { tenant, event } = placed;
    const command = { type: 'event.deliver', event, listeners } as const;
    const name = deliveryName(placed, store.now());
    this.count += 1;
    try {
      if (!door.isRemote && this.#rowsMayWait && (await this.#waitRows(tenant, execution)))
        return await this.#leave(tenant, execution, command, name);
      const submitted = await door.submit(tenant, execution, command, name);
      if (submitted === undefined) this.#rowsMayWait = true;
      if (submitted === undefined || (submitted.type === 'done' && submitted.facts > 0)) return undefined;
      return refusedBy(submitted.state, event, listeners);
    } catch (error) {
      if (this.#isPatient) throw error;
      onError(error, execution);
      // One that cannot be decided keeps nobody else waiting for ever: it is durable as a row.
      return this.#leave(tenant, execution, command, name);
    }
  }

  async #leave(tenant: string, execution: string, command: Command, name: string): Promise<undefined> {
    const { store, world } = this.#options;
    this.#rowsMayWait = true;
    await remoteDoor(store, world).submit(tenant, execution, command, name);
    return undefined;
  }

  async #waitRows(tenant: string, execution: string): Promise<boolean> {
    return (await this.#options.store.wakeUps(tenant, execution)).some(isDelivery);
  }
}
