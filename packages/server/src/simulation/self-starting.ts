/** The workflows of a scenario that start by themselves: at instants, and for events. */
import { Bell, type BellOptions } from './bell.ts';
import { Clock } from './clock.ts';
import type { Scenario } from './scenario.ts';

export class SelfStarting {
  readonly #clock: Clock | undefined;
  readonly #bell: Bell | undefined;

  constructor({ schedule: plan, bell, bellGathers }: Scenario, options: Omit<BellOptions, 'gathers'>) {
    this.#clock = plan === undefined ? undefined : new Clock({ plan, ...options });
    this.#bell = bell === true ? new Bell({ gathers: bellGathers === true, ...options }) : undefined;
  }

  publish(): void {
    this.#clock?.publish();
    this.#bell?.publish();
  }

  hold(): void {
    this.#clock?.hold();
  }

  get isDone(): boolean {
    return this.#clock?.held !== false && this.#bell?.isRung !== false;
  }

  async atRest(): Promise<void> {
    this.#bell?.atRest();
    await this.#clock?.atRest();
  }
}
