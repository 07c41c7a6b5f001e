/**
 * Watches folders and all within them, each folder by itself. Node's own recursive watch follows single files on Linux,
 * and loses one as soon as an editor puts another in its place.
 */
import { type FSWatcher, type WatchEventType, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError, exitCodes } from './exit.ts';

export interface WatchedPath {
  readonly path: string;
  readonly isFolder: boolean;
}

export interface WatchedFolders {
  /** Takes up folders that have come, and lets those go that are gone. */
  renew(): Promise<void>;
  close(): void;
}

/** Folders that are watched; each takes a watch of the system. */
const foldersMax = 2_000;

export interface WatchOptions {
  readonly paths: readonly WatchedPath[];
  /** files in a folder whose content matters, by their names */
  readonly isWatched: (name: string) => boolean;
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
}

export function watchFolders({ paths, isWatched, changed, onError }: WatchOptions): WatchedFolders {
  const watchers = new Map<string, FSWatcher>();
  let closed = false;
  return {
    async renew() {
      const wanted = new Map<string, Watched>();
      for (const each of paths)
        for (const watched of await watchedOf(each, isWatched)) wanted.set(watched.key, watched);
      if (closed) return;
      for (const [key, watcher] of watchers) if (!wanted.has(key) && watchers.delete(key)) watcher.close();
      for (const [key, { folder, concerns }] of wanted) {
        if (watchers.has(key)) continue;
        const watcher = watchIf(folder, (kind, name) => {
          if (name === null || concerns(kind, name)) changed();
        });
        watcher?.on('error', (error) => {
          watchers.delete(key);
          watcher.close();
          onError(error);
          changed();
        });
        if (watcher !== undefined) watchers.set(key, watcher);
      }
    },
    close() {
      closed = true;
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** What is hidden, and what others have installed, is not meant. */
export function isMeant(name: string): boolean {
  return !name.split(/[\\/]/).some((part) => part.startsWith('.') || part === 'node_modules');
}

interface Watched {
  /** another for a folder that takes the place of one of the same name */
  readonly key: string;
  readonly folder: string;
  concerns(kind: WatchEventType, name: string): boolean;
}

async function watchedOf(
  { path, isFolder }: WatchedPath,
  isWatched: (name: string) => boolean,
): Promise<readonly Watched[]> {
  // An editor that saves puts another file in its place, so what is watched is the folder.
  if (!isFolder) {
    const folder = dirname(path);
    const concerns = (_kind: WatchEventType, name: string) => name === basename(path);
    return [{ key: `${path} ${await inodeOf(folder)}`, folder, concerns }];
  }
  const watched: Watched[] = [];
  // What comes or goes may be a folder. A log that grows beside the files is no reason to read them.
  const concerns = (kind: WatchEventType, name: string) =>
    isMeant(name) && (kind === 'rename' || isWatched(name));
  for (const folder of await foldersIn(path))
    watched.push({ key: `${folder}/ ${await inodeOf(folder)}`, folder, concerns });
  return watched;
}

async function foldersIn(root: string): Promise<readonly string[]> {
  const folders = [root];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
      if (entry.isDirectory() && isMeant(entry.name)) folders.push(join(folder, entry.name));
    if (folders.length > foldersMax)
      throw new CliError(
        exitCodes.usage,
        `There are more than ${foldersMax} folders in ${root}; dev watches no more.`,
      );
  }
  return folders;
}

/** 0: it is gone. */
async function inodeOf(folder: string): Promise<number> {
  return (await stat(folder).catch(() => undefined))?.ino ?? 0;
}

/** Undefined: the folder is gone. */
function watchIf(
  folder: string,
  heard: (kind: WatchEventType, name: string | null) => void,
): FSWatcher | undefined {
  try {
    return watch(folder, heard);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
