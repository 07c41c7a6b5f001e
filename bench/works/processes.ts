/** W1b on one PostgreSQL by several processes, each of which decides, does and starts its share. */
import { startPostgres } from '../../scripts/postgres.js';
import { machineTime, usageOf } from '../measure/processes.ts';
import { ensureBuilt } from '../subjects/built-server.ts';
import { startScript } from '../subjects/child-process.ts';
import { readVersion } from '../subjects/embedded.ts';
import { useOf } from '../subjects/on-postgres.ts';
import type { Measured, WorkOptions } from './work.ts';

/** What each process prints at the end. */
export interface Share {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** `perSec` is that of all; of `p50Ms` and `p99Ms` the worst process counts. */
export function measureProcesses(count: number): (options: WorkOptions) => Promise<Measured> {
  return async ({ inFlight, warmUpMs, windows, windowMs, folder }) => {
    await ensureBuilt();
    const server = await startPostgres();
    try {
      const ms = windows * windowMs;
      const share = Math.max(1, Math.round(inFlight / count));
      const children = Array.from({ length: count }, () =>
        startScript('shared-process.ts', [server.url, folder, String(share), String(warmUpMs), String(ms)]),
      );
      try {
        await Promise.all(children.map((child) => child.printed(/^measuring$/m, 60_000)));
        const pids = [server.pid, ...children.map(({ pid }) => pid)];
        const before = { ...(await useOf(server.url)), cpuMs: usageOf(pids).cpuMs, ...machineTime() };
        const told = await Promise.all(
          children.map((child) => child.printed(/^share (\{.*\})$/m, ms + 60_000)),
        );
        const after = { ...(await useOf(server.url)), cpuMs: usageOf(pids).cpuMs, ...machineTime() };
        const shares = told.map(([, json = '']) => JSON.parse(json) as Share);
        const total = shares.reduce((sum, { count: ended }) => sum + ended, 0);
        const engineMs = after.cpuMs - before.cpuMs;
        const figures = {
          perSec: (total / ms) * 1_000,
          p50Ms: Math.max(...shares.map(({ p50Ms }) => p50Ms)),
          p99Ms: Math.max(...shares.map(({ p99Ms }) => p99Ms)),
          cpuMsPer: engineMs / total,
          statementsPer: (after.statements - before.statements) / total,
          logBytesPer: (after.logBytes - before.logBytes) / total,
          foreignCpu: Math.max(0, after.busyMs - before.busyMs - engineMs) / ms,
        };
        return { subject: `Millrace ${readVersion()} on PostgreSQL, ${count} processes`, figures };
      } finally {
        await Promise.all(children.map((child) => child.end()));
      }
    } finally {
      await server.remove();
    }
  };
}
