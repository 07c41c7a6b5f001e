/** One measurement as it is printed and kept. */
import type { JudgedBar } from './bars.ts';
import type { Figures } from './measure/closed-loop.ts';
import type { Machine } from './measure/machine.ts';
import type { Noise } from './measure/noise.ts';
import type { SubjectName } from './works/work.ts';

export interface Row {
  readonly work: string;
  readonly by: SubjectName;
  /** with its version and setting; the plain name when it failed */
  readonly subject: string;
  readonly inFlight?: number;
  readonly figures: Figures;
  /** Millrace's promises, at full scale */
  readonly bars: readonly JudgedBar[];
  /** why there are no figures */
  readonly failure?: string;
  readonly noise: { readonly before: Noise; readonly after: Noise };
  /** what keeps from trusting the figures */
  readonly doubts: readonly string[];
}

/** How many times better Millrace is than a peer at the same work. */
export interface Ratio {
  readonly work: string;
  readonly inFlight?: number;
  readonly figure: string;
  readonly peer: SubjectName;
  /** absent: ours is on SQLite */
  readonly store?: 'postgres';
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  /** what is promised of it at full scale; absent: nothing */
  readonly wanted?: number;
}

export interface Results {
  readonly version: string;
  readonly commit?: string;
  /** ISO 8601 */
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly setting: {
    readonly windows: number;
    readonly windowMs: number;
    readonly warmUpMs: number;
    readonly scale: number;
  };
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly notMeasured: readonly string[];
}
