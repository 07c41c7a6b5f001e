/** The files that `millrace dev` publishes: those that are named, and the workflows in folders that are. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CliError, exitCodes } from './exit.ts';
import { unreadable } from './io.ts';
import { isMeant, type WatchedPath, watchFolders } from './watched-folders.ts';

export interface DevFiles {
  /** texts by path, in the order in which they are named, and within a folder by name */
  read(): Promise<ReadonlyMap<string, string>>;
  /** Calls back with all texts after something changed, and with what went wrong meanwhile; the answer ends it. */
  watch(
    changed: (texts: ReadonlyMap<string, string>) => Promise<void>,
    onError: (error: unknown) => void,
  ): () => void;
}

const filesMax = 1_000;
/** An editor writes a file in several steps: they are one change. */
const settleMs = 100;

/** Throws a `CliError` for a path that is not there. `settle` is waited for before a file is taken for gone. */
export async function openDevFiles(
  paths: readonly string[],
  settle: () => Promise<void> = () => pause(settleMs),
): Promise<DevFiles> {
  const named: WatchedPath[] = [];
  for (const path of paths) {
    const found = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    named.push({ path, isFolder: found.isDirectory() });
  }
  let last: ReadonlyMap<string, string> = new Map();
  const read = async () => {
    last = await readAll(named);
    return last;
  };
  /** An editor may have taken a file away in order to put another in its place. */
  const readAgain = async () => {
    const before = last;
    const texts = await read();
    if ([...before.keys()].every((file) => texts.has(file))) return texts;
    await settle();
    return read();
  };
  return {
    read,
    watch(changed, onError) {
      let ended = false;
      const readAndTell = async () => {
        const texts = await readAgain();
        if (!ended) await changed(texts);
      };
      const stop = watchAll(named, readAndTell, onError);
      return () => {
        ended = true;
        stop();
      };
    },
  };
}

async function readAll(named: readonly WatchedPath[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { path, isFolder } of named)
    for (const file of isFolder ? await filesIn(path) : [path]) {
      const text = await textIf(file);
      if (text !== undefined && (!isFolder || looksLikeWorkflow(text))) texts.set(file, text);
    }
  if (texts.size <= filesMax) return texts;
  throw new CliError(exitCodes.usage, `These are ${texts.size} files; dev publishes at most ${filesMax}.`);
}

/** One change after the other: what changes meanwhile is read afterwards. */
function watchAll(
  named: readonly WatchedPath[],
  changed: () => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running
        .then(() => watched.renew().catch(onError))
        .then(changed)
        .catch(onError);
    }, settleMs);
  };
  // What comes into a folder before that is watched is read afterwards.
  const watched = watchFolders({ paths: named, isWatched: isDefinitionName, changed: soon, onError });
  // What was saved since the texts were read.
  soon();
  return () => {
    clearTimeout(timer);
    watched.close();
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => isDefinitionName(name))
    .sort()
    .map((name) => join(folder, name));
}

function isDefinitionName(name: string): boolean {
  return isMeant(name) && /\.(ya?ml|json)$/i.test(name);
}

/** Inputs and settings lie beside workflows. */
function looksLikeWorkflow(text: string): boolean {
  return /^\s*["']?document["']?\s*:|[{,]\s*"document"\s*:/m.test(text) && /["']?dsl["']?\s*:/.test(text);
}

/** Undefined: it is gone, or somebody is about to write it. */
async function textIf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
