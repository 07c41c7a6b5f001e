/** A small disk of its own for a test: it can be filled, and made read-only. Mounting one needs root on Linux. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const diskBytes = 64 * 1024 * 1024;
const mounted = new Set<string>();

/** Mounts a disk and answers its folder. */
export function mountDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  mounted.add(folder);
  return folder;
}

export function unmountAll(): void {
  for (const folder of mounted) {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  }
  mounted.clear();
}

/** Why no disk can be mounted here; undefined: one can. */
export function cannotMount(): string | undefined {
  try {
    mountDisk();
    unmountAll();
    return undefined;
  } catch {
    return 'mounting a disk needs root on Linux';
  }
}

/** Nobody may have a file of the disk open for writing. */
export function makeWritable(folder: string, isWritable: boolean): void {
  execFileSync('mount', ['-o', `remount,${isWritable ? 'rw' : 'ro'}`, folder]);
}

/** Writes a file that leaves so much of the disk free; what others write meanwhile may take the last of it. */
export function fill(folder: string, freeBytes: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const file = join(folder, 'filler');
  try {
    writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes), 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  return file;
}
