/** What the command line says. */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SubjectName } from './works/work.ts';
import { works } from './works/works.ts';

export interface Options {
  /** names of works; all when none was named */
  readonly works: readonly string[];
  /** absent: what each work says */
  readonly inFlight?: readonly number[];
  readonly windows: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
  readonly scale: number;
  /** the same on PostgreSQL as well */
  readonly onPostgres: boolean;
  readonly peers: readonly SubjectName[];
  readonly peersFolder: string;
  /** folder in which databases are made, and removed again */
  readonly data: string;
  readonly profile: boolean;
  readonly plot: boolean;
  readonly save: boolean;
  /** a missed bar is a failure */
  readonly strict: boolean;
  /** results to report again, instead of measuring */
  readonly from?: string;
}

export const usage = `npm run bench -- [WORK…] [OPTION…]

Works: ${works.map(({ name }) => name).join(', ')}; all when none is named.

  --in-flight N[,N]   executions under way at any time, for the works that have this
  --windows N         windows of time, of which the median counts (5)
  --seconds S         length of a window (3)
  --warm-up S         time before the first window (2)
  --scale F           factor of the numbers of executions; bars are judged at 1 only
  --store postgres    the same on PostgreSQL as well
  --peers A,B         the same work on restate, dbos, bullmq as well, and the ratios
  --peers-folder DIR  where their packages are installed (bench/.peers)
  --data DIR          where databases are made (the system's folder for temporary files)
  --profile           CPU profiles of all threads, with the functions and files that took most
  --save              writes bench/results/VERSION.json
  --plot              writes bench/results/*.svg
  --from FILE         judges, reports and plots these results again, instead of measuring
  --strict            ends with 1 when a bar is missed
`;

/** A mistake on the command line; its message says which. */
export class UsageError extends Error {}

export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  for (const name of positionals)
    if (!works.some((work) => work.name === name)) throw new UsageError(`There is no work named "${name}".`);
  const inFlight = values['in-flight']?.split(',').map((text) => wholeNumber('in-flight', text, 100_000));
  return {
    works: positionals.length > 0 ? positionals : works.map(({ name }) => name),
    ...(inFlight === undefined ? {} : { inFlight }),
    windows: wholeNumber('windows', values.windows ?? '5', 1_000),
    windowMs: milliseconds('seconds', values.seconds ?? '3'),
    warmUpMs: milliseconds('warm-up', values['warm-up'] ?? '2'),
    scale: positive('scale', values.scale ?? '1'),
    onPostgres: storeNamed(values.store),
    peers: (values.peers?.split(',') ?? []).map(peerNamed),
    peersFolder: values['peers-folder'] ?? fileURLToPath(new URL('.peers', import.meta.url)),
    data: values.data ?? tmpdir(),
    profile: values.profile ?? false,
    plot: values.plot ?? false,
    save: values.save ?? false,
    strict: values.strict ?? false,
    ...(values.from === undefined ? {} : { from: values.from }),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const texts = [
    'in-flight',
    'windows',
    'seconds',
    'warm-up',
    'scale',
    'peers',
    'peers-folder',
    'data',
    'from',
    'store',
  ] as const;
  const flags = ['profile', 'plot', 'save', 'strict'] as const;
  const options = {
    ...(Object.fromEntries(texts.map((name) => [name, text])) as Record<(typeof texts)[number], typeof text>),
    ...(Object.fromEntries(flags.map((name) => [name, flag])) as Record<(typeof flags)[number], typeof flag>),
  };
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function storeNamed(name: string | undefined): boolean {
  if (name === undefined || name === 'sqlite' || name === 'postgres') return name === 'postgres';
  throw new UsageError(`There is no store named "${name}": sqlite, postgres.`);
}

function peerNamed(name: string): SubjectName {
  if (name === 'restate' || name === 'dbos' || name === 'bullmq') return name;
  throw new UsageError(`There is no peer named "${name}": restate, dbos, bullmq.`);
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max)
    throw new UsageError(`--${name} is a whole number from 1 to ${max}, not "${text}".`);
  return value;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1_000)) throw new UsageError(`--${name} is a number above 0, not "${text}".`);
  return value;
}

function milliseconds(name: string, seconds: string): number {
  return positive(name, seconds) * 1_000;
}
