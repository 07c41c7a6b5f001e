import { blobAge } from './blob-age.ts';
import { claimWhatIsDue } from './claim-function.ts';
import { commit, commitWithQueue } from './commit-function.ts';
import { documentMarks } from './document-marks-function.ts';
import { functions, lease } from './functions.ts';
import { claimLapsed, lapsedPlaces } from './lapsed-places-function.ts';
import { listenerIndexes } from './listener-indexes.ts';
import { ownerFunctions } from './owner-functions.ts';
import { places } from './places-function.ts';
import { release } from './release-function.ts';
import { retentionGivesWay } from './retention-function.ts';
import { tables, views, wakeUpIndexes } from './tables.ts';
import { claimInTurns, turns } from './turns-function.ts';
import { workflowLists } from './workflow-lists-function.ts';

/**
 * Numbered and forward only: tables that were published are changed by a later one. A function may be written anew where it
 * goes on meaning the same to programs that call it: then a later migration makes it once more, for stores that have the
 * old one.
 */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /**
   * The oldest program, by the number of its last migration, that goes on working with the schema as this one leaves it.
   * Programs of two versions run side by side while one replaces the other, so it is raised one version later than what
   * it is raised for.
   */
  readonly worksFrom: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { number: 1, name: 'first tables', worksFrom: 1, sql: [tables, views, functions].join('\n') },
  { number: 2, name: 'rows are given back with a hint', worksFrom: 1, sql: release },
  { number: 3, name: 'claims take turns between queues', worksFrom: 1, sql: turns },
  { number: 4, name: 'claims keep to limits', worksFrom: 1, sql: places },
  {
    number: 5,
    name: 'a place that lapsed goes to the same execution again',
    worksFrom: 1,
    sql: lapsedPlaces,
  },
  { number: 6, name: 'large values have an age', worksFrom: 1, sql: blobAge },
  { number: 7, name: 'retention gives way to readers', worksFrom: 1, sql: retentionGivesWay },
  { number: 8, name: 'partitions are the matter of functions', worksFrom: 1, sql: ownerFunctions },
  {
    number: 9,
    name: 'plans do not change with statistics',
    worksFrom: 1,
    sql: [wakeUpIndexes, commit, lease, release, claimInTurns, places, claimLapsed].join('\n'),
  },
  { number: 10, name: 'claims cost what they claim', worksFrom: 1, sql: claimWhatIsDue },
  { number: 11, name: 'lists cost what workflows there are', worksFrom: 1, sql: workflowLists },
  { number: 12, name: 'documents are stored with a mark', worksFrom: 1, sql: documentMarks },
  {
    number: 13,
    name: 'commits write the queue of a wake-up',
    worksFrom: 1,
    // Whoever writes rows does it by this function, programs of before as well.
    sql: `alter table {schema}.wake_ups alter column queue drop expression;\n${commitWithQueue}`,
  },
  { number: 14, name: 'listeners are found by the right index', worksFrom: 1, sql: listenerIndexes },
];
