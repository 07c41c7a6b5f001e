/**
 * How calls cross to the storage thread and back: one flat array of strings, numbers and nulls for a whole batch.
 * A structured clone of it costs about a third of that of the same entries as objects, and the thread binds the values
 * as they come. Both sides are this program, so what is taken is not parsed again.
 */
export type WireValue = string | number | null;

/** What the writer thread can do. */
export const operation = {
  commit: 0,
  claim: 1,
  renew: 2,
  release: 3,
  putDocument: 4,
  deleteDocument: 5,
  putSnapshot: 6,
} as const;

/** The version of an entry's `after` that expects nothing. */
export const nothingExpected = -1;

/** Takes values in the order in which they were put. */
export class WireReader {
  private readonly values: readonly WireValue[];
  /** the place of the next value */
  at: number;

  constructor(values: readonly WireValue[], from: number) {
    this.values = values;
    this.at = from;
  }

  get more(): boolean {
    return this.at < this.values.length;
  }

  take(): WireValue {
    return this.values[this.at++] as WireValue;
  }

  text(): string {
    return this.values[this.at++] as string;
  }

  textOrNull(): string | null {
    return this.values[this.at++] as string | null;
  }

  number(): number {
    return this.values[this.at++] as number;
  }

  numberOrNull(): number | null {
    return this.values[this.at++] as number | null;
  }
}

/** To the writer thread: a batch, or the word to end. */
export type WriterRequest =
  | { readonly type: 'batch'; readonly number: number; readonly operations: readonly WireValue[] }
  | { readonly type: 'close' };

/** From the writer thread. `failed`: rolled back, nothing of it is there. `fatal`: nothing is known, end the process. */
export type WriterAnswer =
  | { readonly type: 'done'; readonly number: number; readonly results: readonly WireValue[] }
  | { readonly type: 'failed' | 'fatal'; readonly number: number; readonly failure: Failure };

export interface Failure {
  readonly message: string;
  readonly reason: 'disk-full' | 'busy' | 'storage-failed' | 'internal';
}

/** To the reader thread: a statement's name and its arguments. */
export type ReaderRequest =
  | {
      readonly type: 'read';
      readonly number: number;
      readonly name: string;
      readonly args: readonly WireValue[];
    }
  | { readonly type: 'open' | 'close' };

export type Row = readonly WireValue[];

export type ReaderAnswer =
  | { readonly type: 'done'; readonly number: number; readonly rows: readonly Row[] }
  | { readonly type: 'failed'; readonly number: number; readonly failure: Failure };

/** What either thread says once when it starts. */
export type OpenAnswer =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly message: string; readonly reason: string };

export interface ThreadData {
  readonly role: 'writer' | 'reader';
  readonly path: string;
  readonly bytesMax: number | null;
}
