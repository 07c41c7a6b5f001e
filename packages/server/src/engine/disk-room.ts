/**
 * Room on the disk: when it runs out, new executions are refused while those that run still have some to go on with.
 * A disk that is full in earnest holds up everybody until there is room again; nothing of it needs a restart.
 */
import { statfs } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { World } from '../ports/world.ts';
import type { Engine, Patience, StartRequest } from './interface.ts';

export interface DiskRoom {
  /** `unavailable` with the reason `disk-full` when no new execution should begin. */
  refusal(): MillraceError | undefined;
  close(): void;
}

/** What is kept for executions that run: a quarter of a small disk, and no more than this, which is some logs' worth. */
const reserveBytesMax = 32 * 1024 * 1024;
const reserveShare = 0.25;
/** How often the disk is asked: at 20,000 starts a second of 1 kB each, 5 MB are written in between. */
const lookMs = 250;

/** Watches the disk of a store in a file; one in memory always has room. */
export function watchDiskRoom(store: string, world: World): DiskRoom {
  if (!store.startsWith('sqlite:')) return { refusal: () => undefined, close() {} };
  const folder = dirname(resolve(store.slice('sqlite:'.length)));
  let refusal: string | undefined;
  let closed = false;
  let cancel = () => {};
  const look = () => {
    statfs(folder, (error, disk) => {
      if (closed) return;
      // A disk that does not say how much room it has is not taken for full.
      if (!error) refusal = refusalOf(folder, disk.bavail * disk.bsize, disk.blocks * disk.bsize);
      cancel = world.after(lookMs, look);
    });
  };
  look();
  return {
    refusal: () =>
      refusal === undefined ? undefined : new MillraceError('unavailable', refusal, { reason: 'disk-full' }),
    close() {
      closed = true;
      cancel();
    },
  };
}

function refusalOf(folder: string, freeBytes: number, totalBytes: number): string | undefined {
  const reserveBytes = Math.min(reserveBytesMax, totalBytes * reserveShare);
  if (freeBytes >= reserveBytes) return undefined;
  const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  return `the disk of ${folder} has ${mebibytes(freeBytes)} MiB left, and the last ${mebibytes(reserveBytes)} are kept for executions that run: make room, and new ones are taken again`;
}

/** The engine, with every way to begin an execution closed while there is no room. */
export function refusingStarts<E extends Pick<Engine, 'start' | 'retry'>>(engine: E, room: DiskRoom): E {
  return {
    ...engine,
    start(tenant: string, request: StartRequest, patience?: Patience) {
      const refusal = room.refusal();
      return refusal === undefined ? engine.start(tenant, request, patience) : Promise.reject(refusal);
    },
    retry(...asked: Parameters<Engine['retry']>) {
      const refusal = room.refusal();
      return refusal === undefined ? engine.retry(...asked) : Promise.reject(refusal);
    },
  };
}
