/**
 * An HTTP client in a thread of its own, begun by the first request: connections, TLS, decompression and parsing of
 * responses take no time from the thread in which executions are decided, and a large response holds up nobody.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import {
  checkOptions,
  type HttpClient,
  type HttpClientOptions,
  type HttpOutcome,
  type HttpRequest,
} from './http-client.ts';
import type { HttpFailure } from './network-failure.ts';
import {
  type ClientMessage,
  decodeOutcomes,
  encodeRequests,
  type Numbered,
  type OutcomesMessage,
} from './request-wire.ts';

/** Options that can be given to a thread. */
export type ThreadedClientOptions = Omit<HttpClientOptions, 'lookup' | 'elapsed'>;

const source = new URL(
  import.meta.url.endsWith('.ts') ? './http-thread.ts' : './http-thread.js',
  import.meta.url,
);

/** What a thread runs. A built one is read before it is needed: the files of a running program may be replaced. */
interface Program {
  readonly source: URL | string;
  readonly eval: boolean;
}

function readProgram(): Program {
  if (source.pathname.endsWith('.ts')) return { source, eval: false };
  return { source: readFileSync(source, 'latin1'), eval: true };
}

/**
 * As `createHttpClient`. A thread that ends by an error fails what is under way, and the next request begins another.
 * @param begun told of each thread that begins
 */
export function createThreadedClient(
  options: ThreadedClientOptions = {},
  begun: (worker: Worker) => void = () => {},
): HttpClient {
  checkOptions(options);
  const program = readProgram();
  let thread: ClientThread | undefined;
  let isClosed = false;
  return {
    request(request) {
      if (isClosed) return Promise.resolve(failure('the HTTP client is closed', false));
      if (thread === undefined || thread.isOver) {
        thread = new ClientThread(program, options);
        begun(thread.worker);
      }
      return thread.request(request);
    },
    async close() {
      isClosed = true;
      await thread?.close();
    },
  };
}

/** A body of so many bytes takes a tenth of a ms and more to become a value. */
const largeBytesMin = 16 * 1024;

interface Waiting {
  resolve(outcome: HttpOutcome): void;
  readonly signal: AbortSignal | undefined;
  readonly abort: () => void;
}

class ClientThread {
  /** it answers nothing any more */
  isOver = false;
  readonly worker: Worker;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  /** requests of this turn of the event loop, which are one message */
  #gathered: Numbered<HttpRequest>[] = [];
  /** responses whose turn is to come */
  #large: Numbered<HttpOutcome>[] = [];
  #number = 0;
  #hasBegun = false;
  #error: Error | undefined;

  constructor({ source, eval: isText }: Program, options: ThreadedClientOptions) {
    this.worker = new Worker(source, { eval: isText, workerData: options, name: 'millrace-http' });
    this.worker.on('online', () => (this.#hasBegun = true));
    this.worker.on('message', (message: OutcomesMessage) => this.#take(message));
    this.worker.on('error', (error) => (this.#error = error));
    this.#ended = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.#end();
        resolve();
      });
    });
    // Only a request that is under way keeps the process alive.
    this.worker.unref();
  }

  request(request: HttpRequest): Promise<HttpOutcome> {
    const { signal } = request;
    if (signal?.aborted) return Promise.resolve(givenUp);
    return new Promise((resolve) => {
      const id = ++this.#number;
      const abort = () => this.#abort(id);
      if (this.#waiting.size === 0) this.worker.ref();
      this.#waiting.set(id, { resolve, signal, abort });
      signal?.addEventListener('abort', abort);
      if (this.#gathered.push({ id, value: request }) === 1) setImmediate(() => this.#send());
    });
  }

  async close(): Promise<void> {
    this.#send();
    this.#post({ type: 'close' });
    this.worker.ref();
    await this.#ended;
  }

  #send(): void {
    if (this.#gathered.length === 0) return;
    const message = encodeRequests(this.#gathered);
    this.#gathered = [];
    this.#post(message);
  }

  #abort(id: number): void {
    const left = this.#gathered.filter((request) => request.id !== id);
    const isHere = left.length < this.#gathered.length;
    this.#gathered = left;
    if (isHere) this.#settle(id, givenUp);
    else this.#post({ type: 'abort', id });
  }

  #post(message: ClientMessage): void {
    if (!this.isOver) this.worker.postMessage(message);
  }

  #take(message: OutcomesMessage): void {
    for (const outcome of decodeOutcomes(message)) {
      if (!isLarge(outcome.value)) this.#settle(outcome.id, outcome.value);
      else if (this.#large.push(outcome) === 1) setImmediate(() => this.#takeLarge());
    }
  }

  /** One in a turn of the event loop: to read a large body takes long, and others have their turn between. */
  #takeLarge(): void {
    const outcome = this.#large.shift();
    if (outcome === undefined) return;
    this.#settle(outcome.id, outcome.value);
    if (this.#large.length > 0) setImmediate(() => this.#takeLarge());
  }

  #settle(id: number, outcome: HttpOutcome): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.worker.unref();
    waiting.signal?.removeEventListener('abort', waiting.abort);
    waiting.resolve(outcome);
  }

  /** Nobody knows what became of the requests that it had; those that never came to it were not sent. */
  #end(): void {
    this.isOver = true;
    const why = this.#error === undefined ? '' : `: ${this.#error.message}`;
    const detail = `the thread of the HTTP client has ended${why}`;
    for (const { id, value } of this.#large) this.#settle(id, value);
    for (const { id } of this.#gathered) this.#settle(id, failure(detail, false));
    for (const id of [...this.#waiting.keys()]) this.#settle(id, failure(detail, this.#hasBegun));
  }
}

function isLarge(outcome: HttpOutcome): boolean {
  return outcome.type === 'response' && outcome.body.length > largeBytesMin;
}

const givenUp: HttpFailure = {
  type: 'failed',
  reason: 'aborted',
  detail: 'the request was given up before it was sent',
  unknown: false,
};

function failure(detail: string, unknown: boolean): HttpFailure {
  return { type: 'failed', reason: 'network', detail, unknown };
}
