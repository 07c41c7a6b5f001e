/** Runs the measurements one after the other, each between two looks at the machine. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { judge, peerBarOf } from './bars.ts';
import { doubtsOf, measureNoise, type Noise } from './measure/noise.ts';
import { cpuWithChildrenMs, machineTime } from './measure/processes.ts';
import type { Options } from './options.ts';
import type { Ratio, Row } from './row.ts';
import { startScript } from './subjects/child-process.ts';
import { compileScript } from './subjects/compiled-script.ts';
import type { Order } from './work-process.ts';
import { isOurs, type Measured, type SubjectName, type Work } from './works/work.ts';
import { findWork } from './works/works.ts';

interface Job {
  /** as it is reported */
  readonly work: Work;
  /** as it is done: peers have one kind of W1 */
  readonly does: Work;
  readonly by: SubjectName;
  readonly inFlight?: number;
}

/** Millrace first and the peers right after it, work by work; each row is told to `tell` when it is there. */
export async function runWorks(options: Options, profiles: string | undefined, tell: (row: Row) => void) {
  const rows: Row[] = [];
  const folder = mkdtempSync(join(options.data, 'millrace-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    let before = measureNoise(folder);
    for (const job of jobsOf(options)) {
      const known = rows.find((row) => isSame(row, job));
      const row = known === undefined ? await runJob(job, options, folder, profiles, before) : known;
      before = row.noise.after;
      if (known === undefined) {
        rows.push(row);
        tell(row);
      }
    }
  } finally {
    remove();
  }
  return rows;
}

function jobsOf(options: Options): Job[] {
  return options.works.map(findWork).flatMap((work) => {
    const subjects: SubjectName[] = [
      'millrace',
      ...(options.onPostgres && work.onPostgres === true ? (['postgres'] as const) : []),
      ...options.peers.filter((peer) => work.peers.includes(peer)),
    ];
    const numbers = work.inFlight === undefined ? [undefined] : (options.inFlight ?? work.inFlight);
    return numbers.flatMap((inFlight) =>
      subjects.map((by) => ({
        work,
        does: isOurs(by) ? work : findWork(work.peerWork ?? work.name),
        by,
        ...(inFlight === undefined ? {} : { inFlight }),
      })),
    );
  });
}

function isSame(row: Row, { does, by, inFlight }: Job): boolean {
  return row.work === does.name && row.by === by && row.inFlight === inFlight;
}

async function runJob(
  { does, by, inFlight }: Job,
  options: Options,
  folder: string,
  profilesParent: string | undefined,
  before: Noise,
): Promise<Row> {
  const profiles =
    profilesParent &&
    join(profilesParent, [does.name, by, ...(inFlight ? [String(inFlight)] : [])].join('-'));
  if (profiles !== undefined) mkdirSync(profiles, { recursive: true });
  const own = mkdtempSync(join(folder, `${does.name}-`));
  const { windows, windowMs, warmUpMs, scale, peersFolder } = options;
  const given = {
    ...{
      subject: by,
      inFlight: inFlight ?? 64,
      windows,
      windowMs,
      warmUpMs,
      scale,
      folder: own,
      peersFolder,
    },
    ...(profiles === undefined ? {} : { profiles }),
  };
  const foreign = watchForeignCpu();
  const answer = await inOwnProcess({ work: does.name, options: given }, profiles);
  const foreignCpu = foreign();
  rmSync(own, { recursive: true, force: true });
  const after = measureNoise(folder);
  const figures = 'failure' in answer ? {} : answer.figures;
  return {
    work: does.name,
    by,
    subject: 'failure' in answer ? by : answer.subject,
    ...(inFlight === undefined ? {} : { inFlight }),
    figures,
    bars: by === 'millrace' && scale === 1 ? judge(does.name, inFlight, figures) : [],
    ...('failure' in answer ? { failure: answer.failure } : {}),
    noise: { before, after },
    doubts: doubtsOf(before, after, figures.foreignCpu ?? foreignCpu),
  };
}

/** The share of a core that strangers used, for works that do not tell it of their windows alone. */
function watchForeignCpu(): () => number {
  const now = () => ({ at: performance.now(), foreignMs: machineTime().busyMs - cpuWithChildrenMs() });
  const begun = now();
  return () => {
    const ended = now();
    return Math.max(0, ended.foreignMs - begun.foreignMs) / (ended.at - begun.at);
  };
}

/** Ten minutes are more than any measurement takes. */
const workMsMax = 600_000;

/** What `docs/operating.md` advises whoever has the engine in a process of their own. */
const hostFlags = ['--max-semi-space-size=16'];

async function inOwnProcess(
  order: Order,
  profiles: string | undefined,
): Promise<Measured | { readonly failure: string }> {
  const profile = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const flags = isOurs(order.options.subject) ? [...hostFlags, ...profile] : profile;
  const compiled = await compileScript('work-process.ts');
  const child = startScript('work-process.ts', [], { flags, compiled });
  const answered = new Promise<Measured | { readonly failure: string }>((resolve) => {
    child.process.once('message', (answer: Measured) => resolve(answer));
    child.printed(/(?!)/, workMsMax).catch((error: Error) => resolve({ failure: error.message }));
  });
  child.process.send(order);
  const answer = await answered;
  await child.gone(profiles === undefined ? 5_000 : 60_000);
  return answer;
}

/** Each of Millrace's rows against the same work of each peer. At another scale than 1 nothing is promised. */
export function ratiosOf(rows: readonly Row[], scale: number): Ratio[] {
  return rows
    .filter(({ by }) => isOurs(by))
    .flatMap((row) => {
      const work = findWork(row.work);
      return rows.flatMap((other): Ratio[] => {
        const isPeer = !isOurs(other.by) && other.work === (work.peerWork ?? work.name);
        if (!isPeer || !work.peers.includes(other.by) || other.inFlight !== row.inFlight) return [];
        if (work.compared === undefined) return [];
        const ratio = ratioOf(row, other, work.compared);
        const wanted = scale === 1 ? peerBarOf(ratio) : undefined;
        return [wanted === undefined ? ratio : { ...ratio, wanted }];
      });
    });
}

function ratioOf(row: Row, other: Row, { figure, better }: NonNullable<Work['compared']>): Ratio {
  const ours = row.figures[figure] ?? Number.NaN;
  const theirs = other.figures[figure] ?? Number.NaN;
  return {
    work: row.work,
    ...(row.inFlight === undefined ? {} : { inFlight: row.inFlight }),
    figure,
    peer: other.by,
    ...(row.by === 'postgres' ? { store: 'postgres' as const } : {}),
    ours,
    theirs,
    ratio: better === 'more' ? ours / theirs : theirs / ours,
  };
}
