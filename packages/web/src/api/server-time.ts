/** The clock by which executions go: the server's, which may be wrong, or virtual. */

/** What an answer takes on its way is no difference of clocks. */
const transitMs = 1_000;

let aheadMs = 0;

export function noteServerTime(headers: Headers, now = Date.now()): void {
  const time = Date.parse(headers.get('millrace-time') ?? '');
  if (Number.isNaN(time)) return;
  aheadMs = Math.abs(time - now) < transitMs ? 0 : time - now;
}

/** Epoch ms, as the last answer told it and as time has passed since. */
export function serverNow(now = Date.now()): number {
  return now + aheadMs;
}
