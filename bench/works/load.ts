/** W1, W2 and W3: so many executions of one kind in flight. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { measureLoad } from '../measure/closed-loop.ts';
import { usageOf } from '../measure/processes.ts';
import { type EmbeddedSubject, openEmbedded } from '../subjects/embedded.ts';
import { openOnPostgres } from '../subjects/on-postgres.ts';
import { type Service, startService } from '../subjects/service.ts';
import type { Subject } from '../subjects/subject.ts';
import { openPeer } from './open-peer.ts';
import type { Measured, WorkOptions } from './work.ts';

type Kind = 'sets' | 'steps' | 'calls' | 'fork';

/**
 * Measures one kind of execution in a closed loop, on Millrace in this process or on a peer.
 * @param effectsMax calls that Millrace has under way at once; absent: more than there ever are
 */
export function loadOf(kind: Kind, effectsMax?: number): (options: WorkOptions) => Promise<Measured> {
  return async (options) => {
    const service = kind === 'calls' ? await startService() : undefined;
    try {
      if (options.subject === 'millrace') return await measureMillrace(kind, options, service, effectsMax);
      if (options.subject === 'postgres') return await measureOnPostgres(kind, options, service);
      return await measurePeer(kind, options, service);
    } finally {
      await service?.close();
    }
  };
}

/** With the growth of the database: its size after it was closed, by the executions that are in it. */
async function measureMillrace(
  kind: Kind,
  options: WorkOptions,
  service: Service | undefined,
  effectsMax: number | undefined,
): Promise<Measured> {
  const subject = await openEmbedded({
    parent: options.folder,
    ...(effectsMax === undefined ? {} : { effectsMax }),
    ...(service === undefined ? {} : { service }),
  });
  const emptyBytes = sizeOf(subject.folder);
  const { total, figures } = await measure(subject, () => subject[kind](), options).finally(() =>
    subject.close(),
  );
  const databaseBytesPer = Math.max(0, sizeOf(subject.folder) - emptyBytes) / total;
  return { subject: subject.title, figures: { ...figures, databaseBytesPer } };
}

/** With what the database counts, by all executions that it has seen. */
async function measureOnPostgres(
  kind: Kind,
  options: WorkOptions,
  service: Service | undefined,
): Promise<Measured> {
  const subject = await openOnPostgres({
    parent: options.folder,
    ...(service === undefined ? {} : { service }),
  });
  try {
    const before = await subject.used();
    const { total, figures } = await measure(subject, () => subject[kind](), options);
    const after = await subject.used();
    const counted = {
      statementsPer: (after.statements - before.statements) / total,
      logBytesPer: (after.logBytes - before.logBytes) / total,
      databaseBytesPer: (after.bytes - before.bytes) / total,
    };
    return { subject: subject.title, figures: { ...figures, ...counted } };
  } finally {
    await subject.close();
  }
}

async function measurePeer(
  kind: Kind,
  options: WorkOptions,
  service: Service | undefined,
): Promise<Measured> {
  const peer = await openPeer(options, service);
  const run = kind === 'sets' ? () => peer.steps() : () => peer[kind]();
  try {
    const { figures } = await measure(peer, run, options);
    return { subject: peer.title, figures };
  } finally {
    await peer.close();
  }
}

async function measure(subject: Subject | EmbeddedSubject, run: () => Promise<void>, options: WorkOptions) {
  const { total, figures } = await measureLoad(run, { ...options, ...subject });
  return { total, figures: { ...figures, peakMb: usageOf(subject.engine).peakBytes / 1e6 } };
}

/** Bytes of the files in a folder and those below it. */
export function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
