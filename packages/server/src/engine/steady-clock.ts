/**
 * The clock on the wall, as far as it goes forward. Where it is set back, the instants of executions must not follow; and a
 * clock that stood still until the wall has caught up would fire no timer and end no lease for as long. So it goes on at
 * half the speed until then.
 */
export function steadyClock(wall: () => number, elapsed: () => number): () => number {
  let last = wall();
  let at = elapsed();
  return () => {
    const now = elapsed();
    last = Math.max(wall(), last + (now - at) / 2);
    at = now;
    return Math.floor(last);
  };
}
