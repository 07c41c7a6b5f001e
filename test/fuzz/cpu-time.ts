/** Bounds on the time that an input may hold the thread. */

/** For a text of a megabyte; smaller ones have their share, and some more for whatever runs beside. */
const cpuMsPerMegabyteMax = 2_000;
const cpuMsMin = 400;

/** What is wrong when `work` holds the thread for too long for a text of `bytes`; the second look decides. */
export function holdsThread(bytes: number, work: () => unknown): string | undefined {
  const max = cpuMsMin + (cpuMsPerMegabyteMax * bytes) / 2 ** 20;
  if (cpuMsOf(work) <= max) return undefined;
  const ms = cpuMsOf(work);
  return ms <= max
    ? undefined
    : `held the thread for ${Math.round(ms)} ms of CPU, more than ${Math.round(max)}`;
}

function cpuMsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
