/** What the kernel counts for processes. Linux only: it reads /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** user and system time of all threads, ended children included */
  readonly cpuMs: number;
  /** bytes that went to a block device, or will: a page counts each time it is made dirty */
  readonly writtenBytes: number;
  /** what the processes hold now */
  readonly residentBytes: number;
  /** the sum of each process's highest */
  readonly peakBytes: number;
}

/** Counted since each process began: those of `pids`, each with its descendants; this process without them. */
export function usageOf(pids: readonly number[]): Usage {
  const others = pids.filter((pid) => pid !== process.pid);
  const all = [...(others.length < pids.length ? [process.pid] : []), ...withDescendants(others)];
  const each = all.map(usageOfOne).filter((usage) => usage !== undefined);
  const sum = (figure: keyof Usage) => each.reduce((total, usage) => total + usage[figure], 0);
  return {
    cpuMs: sum('cpuMs'),
    writtenBytes: sum('writtenBytes'),
    residentBytes: sum('residentBytes'),
    peakBytes: sum('peakBytes'),
  };
}

export interface MachineTime {
  /** CPU time of all processes since the machine was started */
  readonly busyMs: number;
  /** time that the host gave to others */
  readonly stolenMs: number;
}

export function machineTime(): MachineTime {
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return {
    busyMs: (user + nice + system + interrupts + softInterrupts) * msPerTick,
    stolenMs: stolen * msPerTick,
  };
}

/** CPU time of this process and of all its children that have ended. */
export function cpuWithChildrenMs(): number {
  return readStat(process.pid)?.cpuMs ?? 0;
}

/** The kernel tells times in hundredths of a second, whatever its own clock is. */
const msPerTick = 10;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
}

function usageOfOne(pid: number): Usage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const io = readFileSync(`/proc/${pid}/io`, 'utf8');
    return {
      cpuMs: pid === process.pid ? ownCpuMs() : (readStat(pid)?.cpuMs ?? 0),
      writtenBytes: numberAfter(io, /^write_bytes: (\d+)/m),
      residentBytes: numberAfter(status, /^VmRSS:\s+(\d+)/m) * 1024,
      peakBytes: numberAfter(status, /^VmHWM:\s+(\d+)/m) * 1024,
    };
  } catch {
    // it has ended since it was listed
    return undefined;
  }
}

/** Finer than a tick, which is 5 % of a short window. */
function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function withDescendants(pids: readonly number[]): number[] {
  if (pids.length === 0) return [];
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? readStat(Number(name))?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = new Set<number>();
  const waiting = [...pids];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    waiting.push(...(children.get(pid) ?? []));
  }
  return [...found];
}

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name in parentheses may hold anything, so the fields are counted from its end
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    return { parent: Number(fields[1]), cpuMs: ticks * msPerTick };
  } catch {
    return undefined;
  }
}

function numberAfter(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}
