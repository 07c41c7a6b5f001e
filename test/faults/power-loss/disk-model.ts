/**
 * A disk that loses its power: built from the record of what a process asked of its files, it tells what may be left of
 * them at any point. What a sync covered is there; of all else, names included, any part may be, each sector on its own.
 */
import { dirname } from 'node:path';

export type DiskOperation =
  | { readonly type: 'made' | 'folder made' | 'removed'; readonly name: string }
  | { readonly type: 'renamed'; readonly name: string; readonly to: string }
  | { readonly type: 'written'; readonly name: string; readonly offset: number; readonly content: Buffer }
  | { readonly type: 'cut'; readonly name: string; readonly size: number }
  | { readonly type: 'sync begun' | 'sync ended'; readonly name: string; readonly sync: number }
  /** what the process said on its standard output or to a socket, and what others noted beside it */
  | { readonly type: 'said'; readonly text: string };

const headBytes = 17;

/** Reads a record as `recording-disk.c` writes it; a last operation that was cut off by the process's end is left out. */
export function readRecord(record: Buffer): DiskOperation[] {
  const operations: DiskOperation[] = [];
  for (let at = 0; at + headBytes <= record.length; ) {
    const code = String.fromCharCode(record.readUInt8(at));
    const number = Number(record.readBigUInt64LE(at + 1));
    const nameEnd = at + headBytes + record.readUInt32LE(at + 9);
    const end = nameEnd + record.readUInt32LE(at + 13);
    if (end > record.length) break;
    const name = record.toString('utf8', at + headBytes, nameEnd);
    operations.push(operationOf(code, number, name, record.subarray(nameEnd, end)));
    at = end;
  }
  return operations;
}

/** A note of another process, to be added to a record by one write. */
export function noteOf(text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.alloc(headBytes);
  head.write('A');
  head.writeUInt32LE(content.length, 13);
  return Buffer.concat([head, content]);
}

function operationOf(code: string, number: number, name: string, content: Buffer): DiskOperation {
  switch (code) {
    case 'O':
      return { type: 'made', name };
    case 'D':
      return { type: 'folder made', name };
    case 'U':
      return { type: 'removed', name };
    case 'R':
      return { type: 'renamed', name, to: content.toString('utf8') };
    case 'W':
      return { type: 'written', name, offset: number, content };
    case 'T':
      return { type: 'cut', name, size: number };
    case 'S':
      return { type: 'sync begun', name, sync: number };
    case 'E':
      return { type: 'sync ended', name, sync: number };
    case 'A':
      return { type: 'said', text: content.toString('utf8') };
    default:
      throw new Error(`no operation is recorded as ${code}`);
  }
}

/** `all`: nothing unsynced is lost; `none`: all of it; `some`: any of it; `first`: all from some point on. */
export type Loss = 'all' | 'none' | 'some' | 'first';

type Change = Extract<DiskOperation, { readonly type: 'written' | 'cut' }>;

interface Pending<T> {
  readonly at: number;
  readonly change: T;
}

interface File {
  durable: Buffer;
  pending: Pending<Change>[];
  readonly isFolder?: true;
}

type NameChange = { readonly name: string; readonly file: File | undefined };

const sectorBytes = 512;

export class DiskModel {
  /** as the process sees them */
  readonly #names = new Map<string, File>();
  readonly #durableNames = new Map<string, File>();
  #pendingNames: Pending<NameChange>[] = [];
  readonly #begun = new Map<number, number>();
  #at = 0;

  apply(operation: DiskOperation): void {
    this.#at += 1;
    switch (operation.type) {
      case 'made':
        return this.#name(operation.name, { durable: Buffer.alloc(0), pending: [] });
      case 'folder made':
        return this.#name(operation.name, { durable: Buffer.alloc(0), pending: [], isFolder: true });
      case 'removed':
        return this.#name(operation.name, undefined);
      case 'renamed': {
        this.#name(operation.to, this.#names.get(operation.name));
        return this.#name(operation.name, undefined);
      }
      case 'written':
      case 'cut':
        this.#names.get(operation.name)?.pending.push({ at: this.#at, change: operation });
        return;
      case 'sync begun':
        this.#begun.set(operation.sync, this.#at);
        return;
      case 'sync ended':
        return this.#synced(operation.name, this.#begun.get(operation.sync) ?? 0);
      case 'said':
        return;
    }
  }

  /** The files as they may be found when the power comes back. `chance` draws from [0, 1). */
  afterLoss(loss: Loss, chance: () => number): ReadonlyMap<string, Buffer> {
    const names = new Map(this.#durableNames);
    for (const { change } of kept(this.#pendingNames, loss, chance)) setName(names, change);
    const found = new Map<string, Buffer>();
    for (const [name, file] of names) {
      if (file.isFolder || !hasFolders(names, name)) continue;
      let content: Buffer = Buffer.from(file.durable);
      for (const { change } of kept(file.pending, loss, chance))
        content = applied(content, change, loss === 'all' ? undefined : chance);
      found.set(name, content);
    }
    return found;
  }

  #name(name: string, file: File | undefined): void {
    const change = { name, file };
    setName(this.#names, change);
    this.#pendingNames.push({ at: this.#at, change });
  }

  /** What was asked for before the sync began is durable; what came meanwhile may be. Of a folder: the names in it. */
  #synced(name: string, begun: number): void {
    const file = this.#names.get(name);
    if (name === '.' || file?.isFolder) {
      const isCovered = ({ at, change }: Pending<NameChange>) => at < begun && dirname(change.name) === name;
      for (const each of this.#pendingNames) if (isCovered(each)) setName(this.#durableNames, each.change);
      this.#pendingNames = this.#pendingNames.filter((each) => !isCovered(each));
      return;
    }
    if (file === undefined) return;
    for (const { at, change } of file.pending) if (at < begun) file.durable = applied(file.durable, change);
    file.pending = file.pending.filter(({ at }) => at > begun);
  }
}

/** Whether the folders that a name lies in are there. */
function hasFolders(names: ReadonlyMap<string, File>, name: string): boolean {
  const folder = dirname(name);
  return folder === '.' || (names.has(folder) && hasFolders(names, folder));
}

function setName(names: Map<string, File>, { name, file }: NameChange): void {
  if (file === undefined) names.delete(name);
  else names.set(name, file);
}

function kept<T>(pending: readonly Pending<T>[], loss: Loss, chance: () => number): readonly Pending<T>[] {
  switch (loss) {
    case 'all':
      return pending;
    case 'none':
      return [];
    case 'some':
      return pending.filter(() => chance() < 0.5);
    case 'first':
      return pending.slice(0, Math.floor(chance() * (pending.length + 1)));
  }
}

/** With `chance` a write may be torn: each of its sectors is there or not, one time in four. */
function applied(content: Buffer, change: Change, chance?: () => number): Buffer {
  if (change.type === 'cut') return resized(content, change.size);
  const end = change.offset + change.content.length;
  const grown = content.length < end ? resized(content, end) : content;
  const torn = chance !== undefined && chance() < 0.25;
  for (let from = 0; from < change.content.length; from += sectorBytes) {
    if (torn && chance() < 0.5) continue;
    change.content.copy(grown, change.offset + from, from, from + sectorBytes);
  }
  return grown;
}

/** Twice as long as it has to be, so that a file that grows is not copied at every write. */
function resized(content: Buffer, size: number): Buffer {
  if (size <= content.length) return content.subarray(0, size);
  const room = content.buffer.byteLength - content.byteOffset;
  if (size <= room) {
    const grown = Buffer.from(content.buffer, content.byteOffset, size);
    grown.fill(0, content.length);
    return grown;
  }
  const copy = Buffer.from(new ArrayBuffer(size * 2), 0, size);
  content.copy(copy);
  return copy;
}
