/** Clients: they start, cancel, suspend, resume and retry, believe what they are told, and are told it late or never. */

import { isTerminal, type JsonObject } from '@millrace/core';
import type { Engine, ExecutionView } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import { type Cluster, describe, isOutage, type SimProcess } from './cluster.ts';
import type { Mirror } from './mirror.ts';
import type { ExecutionPlan } from './scenario.ts';
import type { SimQueue } from './sim-queue.ts';
import type { Violations } from './violations.ts';

export interface ClientsOptions {
  readonly queue: SimQueue;
  readonly cluster: Cluster;
  readonly mirror: Mirror;
  readonly violations: Violations;
  /** whoever starts an execution waits for its end */
  readonly waits: boolean;
}

/** Who waits for the end of an execution, and where. */
interface Waiter {
  process: SimProcess;
  readonly tenant: string;
  readonly id: string;
  isWaiting: boolean;
  isTold: boolean;
}

/** Refusals that a client may meet whenever several clients act. */
const expected: ReadonlySet<string> = new Set(['conflict', 'not-found', 'unavailable']);

export class Clients {
  readonly #options: ClientsOptions;
  /** what was answered in the step under way, to be held against the log at its end */
  readonly #answers: { readonly what: string; readonly tenant: string; readonly view: ExecutionView }[] = [];
  /** step at which a cancel was acknowledged, by tenant and execution */
  readonly cancelled = new Map<string, number>();
  /** executions whose start was acknowledged, or that were started by a retry */
  readonly acknowledged = new Set<string>();
  readonly requested = new Set<string>();
  readonly #waiters = new Map<string, Waiter>();

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  start(process: SimProcess, { tenant, id, workflow, input }: ExecutionPlan): void {
    this.requested.add(`${tenant}/${id}`);
    this.#ask(process, 'start', tenant, async (engine) => {
      const { execution } = await engine.start(tenant, {
        definition: workflow.definition,
        input: { ...input },
        id,
      });
      this.acknowledged.add(`${tenant}/${id}`);
      if (this.#options.waits) this.#wait(process, tenant, id);
      return execution;
    });
  }

  /** Those whose process has ended, or could not tell them, ask another. */
  waitAgain(): void {
    const [process] = this.#options.cluster.open;
    if (process === undefined) return;
    for (const waiter of this.#waiters.values()) {
      if (waiter.isTold || (waiter.isWaiting && waiter.process.alive)) continue;
      this.#wait(process, waiter.tenant, waiter.id);
    }
  }

  get haveHeardAll(): boolean {
    return this.#unheard().length === 0;
  }

  atRest(): void {
    const unheard = this.#unheard();
    const { violations } = this.#options;
    violations.expect(unheard.length === 0, 'who waits for an end is told of it', () => unheard.join(' '));
  }

  /** Ends that nobody was told of who waits for them. */
  #unheard(): readonly string[] {
    const { mirror } = this.#options;
    return [...this.#waiters.values()]
      .filter(({ tenant, id, isTold }) => !isTold && isTerminal(mirror.get(tenant, id)?.state.phase))
      .map(({ id }) => id);
  }

  #wait(process: SimProcess, tenant: string, id: string): void {
    const key = `${tenant}/${id}`;
    const waiter = { process, tenant, id, isWaiting: true, isTold: false };
    this.#waiters.set(key, waiter);
    this.#ask(process, 'wait', tenant, async (engine) => {
      try {
        const view = await engine.wait(tenant, id, Number.POSITIVE_INFINITY);
        waiter.isTold = isTerminal(view.status);
        const place = () => `${id} is ${view.status} at ${view.version}`;
        this.#options.violations.expect(
          waiter.isTold,
          'a wait without a limit is answered with an end',
          place,
        );
        return view;
      } finally {
        waiter.isWaiting = false;
      }
    });
  }

  /** `then` is told when it is durable. */
  publish(process: SimProcess, tenant: string, event: JsonObject, then: () => void = () => {}): void {
    process.runtime.engine.publish(tenant, [event]).then(then, (error: unknown) => {
      if (isOutage(error)) return;
      this.#options.violations.add('a client is answered or refused', `publish: ${describe(error)}`);
    });
  }

  cancel(process: SimProcess, tenant: string, id: string): void {
    this.#ask(process, 'cancel', tenant, (engine) => engine.cancel(tenant, id, 'a client wished so'));
  }

  suspend(process: SimProcess, tenant: string, id: string): void {
    this.#ask(process, 'suspend', tenant, (engine) => engine.suspend(tenant, id));
  }

  resume(process: SimProcess, tenant: string, id: string): void {
    this.#ask(process, 'resume', tenant, (engine) => engine.resume(tenant, id));
  }

  retry(process: SimProcess, tenant: string, id: string): void {
    this.#ask(process, 'retry', tenant, async (engine) => {
      const view = await engine.retry(tenant, id);
      this.acknowledged.add(`${tenant}/${view.id}`);
      return view;
    });
  }

  /** What was answered is in the log. */
  afterStep(): void {
    const { mirror, violations, queue } = this.#options;
    for (const { what, tenant, view } of this.#answers.splice(0)) {
      const stored = mirror.get(tenant, view.id)?.state;
      const place = () =>
        `${what} of ${view.id}: answered ${view.status} at version ${view.version}, stored ${stored?.phase} at ${stored?.version}`;
      violations.expect((stored?.version ?? 0) >= view.version, 'what was answered is durable', place);
      if (isTerminal(view.status))
        violations.expect(stored?.phase === view.status, 'an end that was told is in the log', place);
      if (what !== 'cancel' || view.status !== 'cancelled') continue;
      violations.expect(stored?.phase === 'cancelled', 'a cancel that was acknowledged is in the log', place);
      const key = `${tenant}/${view.id}`;
      if (!this.cancelled.has(key)) this.cancelled.set(key, queue.steps);
    }
  }

  #ask(
    process: SimProcess,
    what: string,
    tenant: string,
    request: (engine: Omit<Engine, 'system' | 'nodes'>) => Promise<ExecutionView>,
  ): void {
    request(process.runtime.engine).then(
      (view) => void this.#answers.push({ what, tenant, view }),
      (error: unknown) => {
        if (isOutage(error) || (error instanceof MillraceError && expected.has(error.code))) return;
        this.#options.violations.add('a client is answered or refused', `${what}: ${describe(error)}`);
      },
    );
  }
}
