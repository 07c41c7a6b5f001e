/** What holds after every step, whatever happened in it. */
import { isDeepStrictEqual } from 'node:util';
import {
  childId,
  type ExecutionState,
  isTerminal,
  listenRowId,
  ownRows,
  type ParentReference,
  phaseOf,
} from '@millrace/core';
import type { ExecutionRow, Store, WakeUp } from '../ports/store.ts';
import type { Worker } from '../roles/worker.ts';
import type { LeaseWatch } from './lease-watch.ts';
import type { Mirror, Mirrored } from './mirror.ts';
import type { Violations } from './violations.ts';

export interface InvariantsOptions {
  readonly shared: Store;
  readonly exclusive: boolean;
  readonly mirror: Mirror;
  readonly leases: LeaseWatch;
  readonly violations: Violations;
  /** workers of the processes that live */
  readonly workers: () => Iterable<Worker>;
}

const overdueMs = 60_000;

export class Invariants {
  readonly #options: InvariantsOptions;
  /** the version at which a live state was last held against the log */
  readonly #compared = new WeakMap<ExecutionState, number>();

  constructor(options: InvariantsOptions) {
    this.#options = options;
  }

  async afterStep(): Promise<void> {
    const { mirror, leases, shared, violations } = this.#options;
    if (leases.touched.size > 0) {
      await mirror.absorb();
      for (const key of leases.touched) {
        const at = key.indexOf('/');
        await this.#checkRows(key.slice(0, at), key.slice(at + 1));
      }
      leases.touched.clear();
      const { orphans } = await shared.counts(overdueMs);
      violations.expect(
        orphans === 0,
        'every open execution has a reason to move again',
        () => `${orphans} orphans`,
      );
    }
    this.#checkLive();
  }

  /** What rests has left nothing behind. */
  async atRest(): Promise<void> {
    await this.#options.mirror.refold(isDeepStrictEqual);
    for (const stream of this.#options.mirror.streams) await this.#checkRows(stream.tenant, stream.id);
  }

  /** A worker's live state is the fold of the log. */
  #checkLive(): void {
    const { mirror, violations, exclusive } = this.#options;
    for (const worker of this.#options.workers()) {
      for (const { tenant, id, state, pending } of worker.inspect()) {
        if (pending > 0 || state.version === 0) continue;
        const stored = mirror.get(tenant, id);
        const version = stored?.state.version ?? 0;
        const place = () => `${id}: version ${state.version} in memory, ${version} in the log`;
        violations.expect(state.version <= version, 'a live state without pending commits is durable', place);
        violations.expect(
          !exclusive || state.version >= version,
          'an only process is never behind the log',
          place,
        );
        if (state.version !== version || this.#compared.get(state) === version) continue;
        this.#compared.set(state, version);
        violations.expect(
          isDeepStrictEqual(state, stored?.state),
          'a live state is the fold of the log',
          () => difference(id, state, stored?.state),
        );
      }
    }
  }

  /** Whatever goes on between two executions has a reason to go on: what is to be told, or a child that is open. */
  async #checkFamily({ tenant, id, state }: Mirrored, rows: readonly WakeUp[]): Promise<void> {
    const { violations } = this.#options;
    const tells = (of: readonly WakeUp[], version: number | undefined) =>
      version !== undefined && of.some((row) => row.id.endsWith(`/send-${version}`));
    for (const [version, child] of Object.entries(state.children ?? {})) {
      if (child.resolved === undefined || tells(rows, child.resolved)) {
        const asked = child.resolved ?? Number(version);
        violations.expect(tells(rows, asked), 'a child that is waited for moves', () => `${id}~${version}`);
        continue;
      }
      await this.#checkChild(tenant, childId(id, Number(version)));
    }
    if (state.parent === undefined || state.parent.detached === true || isTerminal(state.phase)) return;
    await this.#checkWanted(tenant, id, state.parent);
  }

  async #checkChild(tenant: string, id: string): Promise<void> {
    const { shared, mirror, violations } = this.#options;
    const child = mirror.get(tenant, id);
    const isOpen = child !== undefined && !isTerminal(child.state.phase);
    const tells = isOpen || (await shared.wakeUps(tenant, id)).some(({ kind }) => kind === 'send');
    violations.expect(tells, 'a child that is waited for moves', () => id);
  }

  /** A child that runs is waited for, or is about to be taken back. */
  async #checkWanted(tenant: string, id: string, { execution, version }: ParentReference): Promise<void> {
    const { shared, mirror, violations } = this.#options;
    const parent = mirror.get(tenant, execution)?.state;
    const isWanted = parent?.children?.[version] !== undefined;
    const isTold = isWanted || (await shared.wakeUps(tenant, execution)).some(({ kind }) => kind === 'send');
    violations.expect(isTold, 'no child is left running without its parent', () => id);
  }

  /** The ledger and the row of an execution say what its state says. */
  async #checkRows(tenant: string, id: string): Promise<void> {
    const { shared, mirror, violations } = this.#options;
    const stream = mirror.get(tenant, id);
    if (stream === undefined) return;
    const rows = await shared.wakeUps(tenant, id);
    // What is to be told goes when it was told, which the sender's log does not say.
    const found = rows.filter(({ kind }) => kind !== 'command' && kind !== 'send').map(nameOf);
    const wanted = rowsOf(stream);
    violations.expect(
      isDeepStrictEqual(new Set(found), new Set(wanted)),
      'the ledger holds what the state waits for',
      () => `${id}/${stream.state.version}: found ${found.join(' ')}, wanted ${wanted.join(' ')}`,
    );
    await this.#checkFamily(stream, rows);
    const row = await shared.execution(tenant, id);
    violations.expect(
      row !== undefined && agrees(row, stream.state),
      "an execution's row agrees with its log",
      () => JSON.stringify(row),
    );
  }
}

function nameOf({ id, kind, due }: WakeUp): string {
  return kind === 'timer' ? `${id}@${due}` : id;
}

function rowsOf({ id, state }: Mirrored): string[] {
  const { due, resume, approval, listens, place } = ownRows(state);
  const names = Object.entries(state.effects).flatMap(([version, task]) =>
    task === null ? [] : [`${id}/${version}`],
  );
  if (due !== null) names.push(`${id}/timer@${due}`);
  if (resume) names.push(`${id}/resume`);
  if (approval) names.push(`${id}/approval`);
  if (place !== null) names.push(`${id}/place`);
  for (const [version, child] of Object.entries(state.children ?? {}))
    if (child.resolved !== undefined) names.push(`${id}/child-${version}`);
  for (const row of listens) names.push(`${id}/${listenRowId(row)}`);
  return names;
}

function agrees(row: ExecutionRow, state: ExecutionState): boolean {
  return (
    row.status === phaseOf(state) &&
    row.startedAt === state.startedAt &&
    row.updatedAt === state.at &&
    row.endedAt === (state.endedAt ?? null) &&
    row.definition === (state.definition?.digest ?? '')
  );
}

function difference(id: string, live: ExecutionState, stored: ExecutionState | undefined): string {
  const names = Object.keys({ ...live, ...stored }) as (keyof ExecutionState)[];
  const different = names.filter((name) => !isDeepStrictEqual(live[name], stored?.[name]));
  const shown = different.map(
    (name) => `${name}: ${JSON.stringify(live[name])} ≠ ${JSON.stringify(stored?.[name])}`,
  );
  return `${id}/${live.version}: ${shown.join('; ')}`;
}
