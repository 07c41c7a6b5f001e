/** One measurement, and what it is given. */
import type { Figures } from '../measure/closed-loop.ts';

/** Whom a work can be done by. */
/** `postgres` is Millrace on PostgreSQL; `millrace` is on SQLite. */
export type SubjectName = 'millrace' | 'postgres' | 'restate' | 'dbos' | 'bullmq';

/** Whether it is Millrace, on whatever store. */
export function isOurs(subject: SubjectName): boolean {
  return subject === 'millrace' || subject === 'postgres';
}

export interface WorkOptions {
  readonly subject: SubjectName;
  /** executions under way at any time; only for works that say so */
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly windows: number;
  readonly windowMs: number;
  /** factor of the numbers of executions and iterations; 1 is what the bars are about */
  readonly scale: number;
  /** a folder that is there, for databases */
  readonly folder: string;
  /** folder of the peers' packages */
  readonly peersFolder: string;
  /** folder for CPU profiles of processes that the measurement starts */
  readonly profiles?: string;
}

export interface Measured {
  /** what was measured, with its version */
  readonly subject: string;
  readonly figures: Figures;
}

export interface Work {
  readonly name: string;
  /** one line for the list */
  readonly title: string;
  /** the numbers in flight that are measured when none is given; absent: it has its own way of starting executions */
  readonly inFlight?: readonly number[];
  /** it is done on PostgreSQL as well, when that is asked for */
  readonly onPostgres?: boolean;
  /** peers that can do it */
  readonly peers: readonly SubjectName[];
  /** the work of a peer that it is compared with, if its own name is not theirs */
  readonly peerWork?: string;
  /** the figure that is compared with the peers' */
  readonly compared?: { readonly figure: string; readonly better: 'more' | 'less' };
  measure(options: WorkOptions): Promise<Measured>;
}

/** `count` at this scale, at least `least`. */
export function scaled(count: number, { scale }: WorkOptions, least = 1): number {
  return Math.max(least, Math.round(count * scale));
}
