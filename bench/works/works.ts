/** All works, in the order in which they are measured. */
import { measureApi } from './api.ts';
import { flatLoop, measureFlatExecutions, measureFlatMinutes } from './flat.ts';
import { measureOverHttp } from './http.ts';
import { measureIngest, measureListeners, measureUnbound, shapesBy } from './listeners.ts';
import { loadOf } from './load.ts';
import { measureProcesses } from './processes.ts';
import { measurePaced, measureTogether } from './sleepers.ts';
import { measureStart } from './start.ts';
import type { SubjectName, Work } from './work.ts';

const everyPeer: readonly SubjectName[] = ['restate', 'dbos', 'bullmq'];
const rate = { figure: 'perSec', better: 'more' } as const;
const middle = { figure: 'p50Ms', better: 'less' } as const;
const lateness = { figure: 'lateP99Ms', better: 'less' } as const;

export const works: readonly Work[] = [
  {
    name: 'W1a',
    title: 'five `set` tasks, embedded',
    inFlight: [1, 64, 512],
    onPostgres: true,
    peers: everyPeer,
    peerWork: 'W1b',
    compared: rate,
    measure: loadOf('sets'),
  },
  {
    name: 'W1b',
    title: 'five durable steps that call a function, embedded',
    inFlight: [1, 64, 512],
    onPostgres: true,
    peers: everyPeer,
    compared: rate,
    measure: loadOf('steps'),
  },
  {
    name: 'W1a-http',
    title: 'five `set` tasks over HTTP, from another process',
    inFlight: [64],
    // the only one that is called over HTTP as well
    peers: ['restate'],
    peerWork: 'W1b',
    compared: rate,
    measure: measureOverHttp,
  },
  {
    name: 'W2',
    title: 'three loopback HTTP calls, embedded',
    inFlight: [64, 512],
    onPostgres: true,
    peers: everyPeer,
    compared: rate,
    measure: loadOf('calls'),
  },
  {
    name: 'W3',
    title: 'fork of 100 effects and join, embedded',
    inFlight: [1],
    onPostgres: true,
    peers: everyPeer,
    compared: middle,
    measure: loadOf('fork'),
  },
  {
    name: 'W3-waiting',
    title: 'forks of 100 effects, where no more than 256 are done at once',
    inFlight: [8],
    peers: [],
    measure: loadOf('fork', 256),
  },
  {
    name: 'W4-paced',
    title: '10,000 sleepers of 2 s, started at 5,000 per s',
    onPostgres: true,
    peers: everyPeer,
    compared: lateness,
    measure: measurePaced,
  },
  {
    name: 'W4-together',
    title: '10,000 sleepers, all due together',
    onPostgres: true,
    peers: everyPeer,
    compared: lateness,
    measure: measureTogether,
  },
  {
    name: 'W5',
    title: 'start of the built server to its first answer; memory when idle',
    onPostgres: true,
    peers: everyPeer,
    compared: { figure: 'startMs', better: 'less' },
    measure: measureStart,
  },
  ...[1, 2, 4].map((count) => ({
    name: `W1b-by-${count}`,
    title: `W1b on one PostgreSQL, shared by ${count} process${count === 1 ? '' : 'es'}`,
    inFlight: [64],
    peers: [],
    measure: measureProcesses(count),
  })),
  {
    name: 'flat-executions',
    title: 'an event in a store of 100 and of 100,000 executions',
    peers: [],
    measure: measureFlatExecutions,
  },
  {
    name: 'flat-minutes',
    title: 'the cost of an execution of `W1b`, 512 in flight, over two minutes',
    onPostgres: true,
    peers: [],
    measure: measureFlatMinutes,
  },
  {
    name: 'flat-for-sets',
    title: 'an event in a `for` of 100 and of 100,000 iterations of a `set`',
    peers: [],
    measure: flatLoop('sets'),
  },
  {
    name: 'flat-for-effects',
    title: 'an event in a `for` of 100 and of 100,000 iterations of a call',
    peers: [],
    measure: flatLoop('effects'),
  },
  {
    name: 'listeners',
    title: '100,000 executions wait for an event each: one wakes its own, one wakes all',
    peers: [],
    measure: measureListeners,
  },
  {
    name: 'listeners-unbound',
    title: '1,000 executions wait by a predicate over their own input',
    peers: [],
    measure: measureUnbound,
  },
  {
    name: 'listeners-shapes',
    title: '10,000 workflows wait for one type of event, each by a constant of its own',
    peers: [],
    measure: shapesBy('constant'),
  },
  {
    name: 'listeners-correlations',
    title: '1,000 workflows wait for one type of event, each by a correlation of its own',
    peers: [],
    measure: shapesBy('correlated'),
  },
  {
    name: 'events',
    title: 'events come in, 500 at a time',
    peers: [],
    measure: measureIngest,
  },
  {
    name: 'api',
    title: 'answers of the API while 1,000 executions run',
    inFlight: [4],
    peers: [],
    measure: measureApi,
  },
];

export function findWork(name: string): Work {
  const found = works.find((work) => work.name === name);
  if (found === undefined) throw new Error(`there is no work named ${name}`);
  return found;
}
