import { readFacts } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Commit } from '../ports/store.ts';

export interface NamedValue {
  readonly tenant: string;
  readonly execution: string;
  /** of the first fact of the commit that names it */
  readonly version: number;
  readonly digest: string;
}

/** Values that are known to be sound; when there are more, some are read again. */
const readMax = 100_000;

/** Reads the values that lie beside the log, each once, and holds them against the digests that the log names them by. */
export class ValueReader {
  readonly #blobs: Pick<BlobStore, 'stream'>;
  readonly #sound = new Set<string>();
  #values = 0;

  constructor(blobs: Pick<BlobStore, 'stream'>) {
    this.#blobs = blobs;
  }

  /** How many were read. */
  get values(): number {
    return this.#values;
  }

  /** What is wrong with a value, if anything is. */
  async flawOf({ tenant, digest }: NamedValue): Promise<string | undefined> {
    const key = `${tenant}/${digest}`;
    if (this.#sound.has(key)) return undefined;
    this.#values += 1;
    try {
      const chunks = await this.#blobs.stream(tenant, digest);
      if (chunks === undefined) return `its large value ${digest} is missing`;
      for await (const _ of chunks);
    } catch (error) {
      // A store that cannot be asked says nothing of its values.
      if (error instanceof MillraceError && error.code === 'unavailable') throw error;
      return `its large value cannot be read: ${(error as Error).message}`;
    }
    if (this.#sound.size >= readMax) this.#sound.clear();
    this.#sound.add(key);
    return undefined;
  }
}

/** The values that a commit names; of one whose content cannot be read, none. */
export function namedValues({ tenant, stream, version, body }: Commit): readonly NamedValue[] {
  // Few commits name any, and their text says so.
  if (!body.includes('"blobs":') && !body.includes('"pins":')) return [];
  return factsIn(body)
    .flatMap(digestsOf)
    .map((digest) => ({ tenant, execution: stream, version, digest }));
}

interface Naming {
  readonly blobs?: Readonly<Record<string, { readonly digest?: unknown }>>;
  readonly pins?: Readonly<Record<string, unknown>>;
}

function factsIn(body: string): readonly Naming[] {
  try {
    return readFacts(body).facts as readonly Naming[];
  } catch {
    // The walk of the chains tells of it.
    return [];
  }
}

function digestsOf({ blobs = {}, pins = {} }: Naming): readonly string[] {
  const digests = [...Object.values(blobs).map(({ digest }) => digest), ...Object.values(pins)];
  return digests.filter((digest) => typeof digest === 'string');
}
