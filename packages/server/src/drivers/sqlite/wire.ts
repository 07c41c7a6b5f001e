import type { ChannelEnd } from './awake-channel.ts';

/**
 * How calls cross to the storage thread and back: one flat array of strings, numbers and nulls for a whole batch, and
 * beside it the texts that repeat in it, each once. Both sides are this program, so what is taken is not parsed again.
 *
 * Measured on prototypes under load, the better of two runs, µs an entry of the main thread + of the storage thread:
 * a flat array without what repeats 0.8 + 1.0 (the other run 1.3 + 1.8); with everything in every entry 1.7 + 2.9; the
 * first as a JSON text 2.3 + 2.2, as one string with separators 1.6 + 1.5, as one string and its lengths in a typed array
 * 1.2 + 1.1, where what is cut out of the string keeps all of it in memory. Finding what repeats is not in these.
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
  flush: 7,
} as const;

/** The version of an entry's `after` that expects nothing. */
export const nothingExpected = -1;

/** The number of a shared text that is not there. */
export const noText = -1;

/** A message as it is written. */
export class WireWriter {
  readonly values: WireValue[] = [];
  readonly texts: string[];
  /** Instants are written as what they are from here: small integers are shorter in the message and as JSON. */
  readonly base: number;
  #numbers: Map<string, number> | undefined;

  /** @param texts those of another message, whose numbers go on being theirs */
  constructor(base: number, texts: readonly string[] = []) {
    this.base = base;
    this.texts = [...texts];
  }

  put(...values: readonly WireValue[]): void {
    for (const value of values) this.values.push(value);
  }

  time(instant: number | null): void {
    this.values.push(instant === null ? null : instant - this.base);
  }

  /** A text that others of the message repeat: a tenant, the owner of leases, a workflow. */
  share(text: string | null): void {
    this.values.push(text === null ? noText : this.numberOf(text));
  }

  numberOf(text: string): number {
    this.#numbers ??= new Map(this.texts.map((known, number) => [known, number]));
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }
}

/** Takes values in the order in which they were put. */
export class WireReader {
  readonly values: readonly WireValue[];
  readonly texts: readonly string[];
  readonly base: number;
  /** the place of the next value */
  at = 0;

  constructor(values: readonly WireValue[], texts: readonly string[] = [], base = 0) {
    this.values = values;
    this.texts = texts;
    this.base = base;
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

  shared(): string {
    return this.texts[this.values[this.at++] as number] as string;
  }

  sharedOrNull(): string | null {
    const number = this.values[this.at++] as number;
    return number === noText ? null : (this.texts[number] as string);
  }

  time(): number {
    return (this.values[this.at++] as number) + this.base;
  }

  timeOrNull(): number | null {
    const offset = this.values[this.at++] as number | null;
    return offset === null ? null : offset + this.base;
  }

  number(): number {
    return this.values[this.at++] as number;
  }

  numberOrNull(): number | null {
    return this.values[this.at++] as number | null;
  }
}

/** What a `WireWriter` has written. */
export interface WireMessage {
  readonly values: readonly WireValue[];
  readonly texts: readonly string[];
  readonly base: number;
}

/** To the writer thread: a batch, or the word to end. */
export type WriterRequest =
  | {
      readonly type: 'batch';
      readonly number: number;
      readonly message: WireMessage;
      /** whether it is all that is under way, and little */
      readonly few: boolean;
    }
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
  | { readonly type: 'close' };

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
  /** where its requests come from and its answers go */
  readonly channel: ChannelEnd;
  readonly path: string;
  readonly bytesMax: number | null;
  readonly entriesPerFlush: number;
  readonly existing: boolean;
}
