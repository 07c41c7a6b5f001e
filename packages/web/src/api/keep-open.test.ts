import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from './api-error.ts';
import { type Connection, keepOpen, type ReadStream } from './keep-open.ts';
import { EndOfStream } from './stream.ts';

/** As much of a document as tells whether its tab is seen. */
const tab = Object.assign(new EventTarget(), { hidden: false });
const seen: Connection[] = [];
let gone: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', tab);
  tab.hidden = false;
  seen.length = 0;
  gone = new AbortController();
});

afterEach(async () => {
  gone.abort();
  await vi.advanceTimersByTimeAsync(0);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a stream that is kept open', () => {
  it('is opened again when it breaks, later each time that nothing comes', async () => {
    const opened = open(async () => {
      throw new Error('reset');
    });
    await vi.advanceTimersByTimeAsync(3_600);
    expect(opened).toEqual([0, 500, 1_500, 3_500]);
    expect(seen.slice(0, 3)).toEqual(['connecting', 'lost', 'lost']);
  });

  it('ends when the server says that nothing more can come', async () => {
    const opened = open(async () => {
      throw new EndOfStream();
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([opened.length, seen.at(-1)]).toEqual([1, 'ended']);
  });

  it('is let go of in a tab that stays hidden, and taken up when the tab is shown', async () => {
    const opened = open(untilAborted);
    show(false);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(opened).toEqual([0]);
    show(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(opened).toEqual([0, 600_000]);
    expect(seen).not.toContain('lost');
  });

  it('is kept in a tab that was hidden for a moment', async () => {
    const opened = open(untilAborted);
    show(false);
    await vi.advanceTimersByTimeAsync(5_000);
    show(true);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(opened).toEqual([0]);
  });

  it('is given up when the server refuses, but not when it asks for patience', async () => {
    const refuse = (status: number) =>
      keepOpen(
        async () => {
          throw new ApiError({ type: 'about:blank', title: 'no', status });
        },
        { onConnection: (connection) => seen.push(connection), signal: gone.signal },
      );
    await expect(refuse(404)).rejects.toThrow('no');
    void refuse(429);
    await vi.advanceTimersByTimeAsync(10);
    expect(seen.at(-1)).toBe('lost');
  });
});

/** Opens it, and answers when it was opened, in ms from now. */
function open(read: ReadStream): readonly number[] {
  const from = Date.now();
  const opened: number[] = [];
  const timed: ReadStream = (signal) => {
    opened.push(Date.now() - from);
    return read(signal);
  };
  void keepOpen(timed, { onConnection: (connection) => seen.push(connection), signal: gone.signal });
  return opened;
}

function untilAborted(signal: AbortSignal): Promise<boolean> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

function show(shown: boolean): void {
  tab.hidden = !shown;
  tab.dispatchEvent(new Event('visibilitychange'));
}
