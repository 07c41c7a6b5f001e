import { STATUS_CODES } from 'node:http';
import type { Dispatcher } from 'undici';
import { decodeContent } from './content-coding.ts';
import { type HttpFailure, toFailure } from './network-failure.ts';

export interface ExchangeRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** names and values in turn */
  readonly headers: string[];
  readonly body: string | Uint8Array | null;
  readonly bytesMax: number;
  /** time for the whole exchange */
  readonly timeoutMs: number;
  /** called when something has come from the other side */
  readonly heard: () => void;
  readonly signal?: AbortSignal;
}

export interface ExchangeResponse {
  readonly type: 'response';
  readonly status: number;
  readonly statusText: string;
  /** names in lower case; a header that came more than once is a list */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

type Settle = (outcome: ExchangeResponse | HttpFailure) => void;

/**
 * One request, one answer, never a rejection. It speaks to undici's `dispatch` and not to its `request`, for two
 * reasons: `onRequestStart` is called just before the first byte is written, which is what tells "certainly not
 * sent" from "nobody knows"; and the body is gathered without a stream in between.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
): Promise<ExchangeResponse | HttpFailure> {
  return new Promise((resolve) => {
    if (request.signal?.aborted) return resolve(aborted(false));
    if (request.timeoutMs <= 0) return resolve(late(false));
    const handler = new ExchangeHandler(request, resolve);
    const { origin, path, method, headers, body } = request;
    try {
      dispatcher.dispatch({ origin, path, method, headers, body }, handler);
    } catch (error) {
      handler.onResponseError(undefined, error as Error);
    }
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  private readonly request: ExchangeRequest;
  private readonly settle: Settle;
  private readonly timer: NodeJS.Timeout;
  private controller: Dispatcher.DispatchController | undefined;
  private settled = false;
  private status = 0;
  private statusText = '';
  private headers: ExchangeResponse['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(request: ExchangeRequest, settle: Settle) {
    this.request = request;
    this.settle = settle;
    this.timer = setTimeout(
      () => this.stop(late(this.controller !== undefined)),
      Math.min(request.timeoutMs, timerMsMax),
    );
    request.signal?.addEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => this.stop(aborted(this.controller !== undefined));

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A request that was given up while it waited for a connection is not sent any more.
    if (this.settled) controller.abort(new Error('given up'));
    else this.controller = controller;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: ExchangeResponse['headers'],
    statusText?: string,
  ): void {
    this.request.heard();
    if (status < 200) return;
    this.status = status;
    this.statusText = statusText || STATUS_CODES[status] || '';
    this.headers = headers;
    const announced = this.request.method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0);
    if (announced > this.request.bytesMax) this.stop(tooLarge(this.request.bytesMax));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    this.bytes += chunk.length;
    if (this.bytes > this.request.bytesMax) this.stop(tooLarge(this.request.bytesMax));
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.request.heard();
    if (this.settled) return;
    const body =
      this.chunks.length === 1 && this.chunks[0] ? this.chunks[0] : Buffer.concat(this.chunks, this.bytes);
    const coding = this.headers['content-encoding'];
    if (coding === undefined || body.length === 0) this.finish(this.toResponse(body));
    else void this.decode(body, String(coding));
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    this.request.heard();
    this.finish(toFailure(error, this.controller !== undefined));
  }

  private async decode(body: Uint8Array, coding: string): Promise<void> {
    const decoded = await decodeContent(body, coding, this.request.bytesMax);
    if (decoded.type === 'decoded') this.finish(this.toResponse(decoded.content));
    else if (decoded.type === 'too-large') this.finish(tooLarge(this.request.bytesMax));
    else this.finish({ type: 'failed', reason: 'invalid-response', detail: decoded.detail, unknown: false });
  }

  private toResponse(body: Uint8Array): ExchangeResponse {
    return {
      type: 'response',
      status: this.status,
      statusText: this.statusText,
      headers: this.headers,
      body,
    };
  }

  /** Gives up: the answer first, so that the error of the torn connection does not become the outcome. */
  private stop(failure: HttpFailure): void {
    this.finish(failure);
    this.controller?.abort(new Error(failure.detail));
  }

  private finish(outcome: ExchangeResponse | HttpFailure): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.timer);
    this.request.signal?.removeEventListener('abort', this.onAbort);
    this.settle(outcome);
  }
}

/** A longer delay would overflow the timer and fire at once. */
const timerMsMax = 2 ** 31 - 1;

function late(sent: boolean): HttpFailure {
  return {
    type: 'failed',
    reason: 'timeout',
    detail: sent
      ? 'no complete response came in the time that the request had'
      : 'the time that the request had was over before it was sent',
    unknown: sent,
  };
}

function aborted(sent: boolean): HttpFailure {
  return {
    type: 'failed',
    reason: 'aborted',
    detail: sent
      ? 'the request was given up after it was sent'
      : 'the request was given up before it was sent',
    unknown: sent,
  };
}

/** The server has answered, with a status: what it did is not in doubt, only its content is of no use. */
function tooLarge(bytesMax: number): HttpFailure {
  return {
    type: 'failed',
    reason: 'response-too-large',
    detail: `the response is larger than the limit of ${bytesMax} bytes`,
    unknown: false,
  };
}
