/**
 * Lifecycle events on their way out: each is posted to one URI, as a CloudEvent in structured mode.
 *
 * 1. At least once. The place in the log up to which everything was taken is a document of the store, and it moves
 *    only when the answers are there; a process that dies before sends some again, under the same ids.
 * 2. In order for each execution: the next event of one goes out when the one before was taken. Executions do not wait
 *    for each other within a page of the log.
 * 3. What the sink does not take is sent again, with growing pauses, whatever it answered: nothing is dropped.
 * 4. Of several processes on one store one sends: it holds the document for a while, and another takes over.
 */
import { type LifecycleEvent, lifecycleOf } from '@millrace/core';
import type { HttpClient } from '../http-client/http-client.ts';
import { Lru } from '../lru.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Commit, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { decode } from '../roles/codec.ts';
import { isEventStream } from '../roles/event-log.ts';
import type { LargeValues } from './large-values.ts';
import { pause } from './pause.ts';

export interface EventSinkOptions {
  readonly uri: string;
  readonly statusChanged: boolean;
  readonly http: HttpClient;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly large: LargeValues;
  readonly world: World;
  readonly userAgent: string;
  readonly onError: (error: unknown, execution: string) => void;
}

export interface EventSink {
  /** Figures for the metrics. */
  stats(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

interface Place {
  readonly cursor: string;
  /** the process that sends, until an instant (epoch ms) */
  readonly owner: string;
  readonly until: number;
}

type Project = ReturnType<typeof lifecycleOf>;

const collection = 'event-sinks';
const tenant = 'default';
const pollMs = 200;
const heldMs = 30_000;
const pageMax = 100;
const streamsMax = 1_000;
const requestMs = 10_000;
const pauseMsMax = 60_000;
const commitsMax = 256;

/** Answers when the place in the log is durable: what happens from then on is sent. */
export async function startEventSink(options: EventSinkOptions): Promise<EventSink> {
  const { store, world } = options;
  const key = world.hash(options.uri);
  const owner = world.id();
  const ending = new AbortController();
  const figures = { sent: 0, refused: 0 };
  /** nothing was taken since a refusal was told: that one speaks for all */
  let standsStill = false;
  /** the commits of the page under way that were not taken whole yet */
  const waiting = new Set<Commit>();
  const known = new Lru<{ version: number; project: Project }>({ entriesMax: streamsMax });
  let wake = () => {};
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = world.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
      if (ending.signal.aborted) wake();
    });

  const first: Place = { cursor: await store.end(), owner: '', until: 0 };
  await store.putDocument(tenant, collection, key, JSON.stringify(first), 0);
  const running = run();
  return {
    stats: () => ({
      lifecycle_events_sent: figures.sent,
      lifecycle_events_refused: figures.refused,
      lifecycle_events_waiting: waiting.size,
      lifecycle_events_behind_seconds: secondsBehind(),
    }),
    async stop() {
      ending.abort();
      wake();
      await running;
    },
  };

  /** What comes after a page is younger than all of it. */
  function secondsBehind(): number {
    const times = [...waiting].map(({ time }) => time);
    return times.length === 0 ? 0 : Math.max(0, store.now() - Math.min(...times)) / 1_000;
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const again = await round().catch((error: unknown) => {
        if (!ending.signal.aborted) options.onError(error, '');
        return false;
      });
      if (!again) await rest(pollMs);
    }
  }

  /** Answers whether there is more to do at once. */
  async function round(): Promise<boolean> {
    const held = await hold();
    if (held === undefined) return false;
    const { commits, cursor } = await store.tail(held.place.cursor, pageMax);
    if (commits.length === 0) return false;
    await sendAll(commits, held.renew);
    if (ending.signal.aborted) return false;
    await held.move(cursor);
    return commits.length === pageMax;
  }

  /** The place, when this process may send; undefined while another does. */
  async function hold() {
    const stored = await store.document(tenant, collection, key);
    if (stored === undefined) throw new Error('broken rule: a sink has its place in the log');
    const place = JSON.parse(stored.body) as Place;
    // Where no other process can write, whoever held it is gone.
    const mayBeHeld = place.owner !== owner && !store.features.exclusive;
    if (mayBeHeld && place.until > store.now()) return undefined;
    let { revision } = stored;
    const put = async (cursor: string) => {
      const body: Place = { cursor, owner, until: store.now() + heldMs };
      const result = await store.putDocument(tenant, collection, key, JSON.stringify(body), revision);
      if (result.type === 'conflict')
        throw new Error('another process sends the lifecycle events from here on');
      revision = result.revision;
    };
    // A row for each look would fill the store for nothing.
    if (place.owner !== owner || place.until - store.now() < heldMs / 2) await put(place.cursor);
    let renewed = world.elapsed();
    return {
      place,
      move: put,
      async renew() {
        if (world.elapsed() - renewed < heldMs / 3) return;
        renewed = world.elapsed();
        await put(place.cursor);
      },
    };
  }

  async function sendAll(commits: readonly Commit[], renew: () => Promise<void>): Promise<void> {
    const streams = new Map<string, Commit[]>();
    waiting.clear();
    for (const commit of commits) {
      // Events that somebody published stand in the log as well.
      if (isEventStream(commit)) continue;
      waiting.add(commit);
      const stream = `${commit.tenant}/${commit.stream}`;
      const list = streams.get(stream);
      if (list === undefined) streams.set(stream, [commit]);
      else list.push(commit);
    }
    let keeping = Promise.resolve();
    await Promise.all(
      [...streams.values()].map(async (list) => {
        for (const commit of list) {
          for (const event of await eventsOf(commit)) {
            await send(commit.tenant, event, () => (keeping = keeping.then(renew)));
            if (ending.signal.aborted) return;
          }
          waiting.delete(commit);
        }
      }),
    );
    await keeping;
  }

  /** The events of a commit; what came before it is folded first when this process has not seen it. */
  async function eventsOf(commit: Commit): Promise<readonly LifecycleEvent[]> {
    const { stream, version, count, time } = commit;
    const name = `${commit.tenant}/${stream}`;
    let before = known.get(name);
    if (before === undefined || before.version + 1 !== version) {
      before = { version: 0, project: lifecycleOf(stream, { statusChanged: options.statusChanged }) };
      while (before.version + 1 < version) {
        const fromVersion = before.version + 1;
        const earlier = await store.read(commit.tenant, stream, { fromVersion, rowsMax: commitsMax });
        for (const each of earlier) {
          if (each.version >= version) break;
          before.project({ time: each.time, facts: await factsOf(each) });
          before.version = each.version + each.count - 1;
        }
        if (before.version < fromVersion)
          throw new Error(`broken rule: ${name} has a commit before ${version}`);
      }
    }
    const facts = await factsOf(commit);
    known.delete(name);
    const events = before.project({ time, facts });
    known.set(name, { ...before, version: version + count - 1 });
    return events;
  }

  function factsOf(commit: Commit) {
    return decode(commit.body, commit.tenant, options.blobs, 'shallow');
  }

  async function send(of: string, event: LifecycleEvent, renew: () => Promise<void>): Promise<void> {
    const body = JSON.stringify(await options.large.cutLifecycle(of, event));
    let told = false;
    for (let attempt = 0; !ending.signal.aborted; attempt += 1) {
      const outcome = await options.http.request({
        method: 'POST',
        url: new URL(options.uri),
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'user-agent': options.userAgent,
        },
        body,
        timeoutMs: requestMs,
        signal: ending.signal,
      });
      if (outcome.type === 'response' && outcome.status >= 200 && outcome.status < 300) {
        figures.sent += 1;
        standsStill = false;
        return;
      }
      if (ending.signal.aborted) return;
      figures.refused += 1;
      const why = outcome.type === 'failed' ? outcome.detail : `it answered ${outcome.status}`;
      // Once for each event, and once for a sink that is away, however many wait for it.
      if (!told && !standsStill) {
        told = true;
        standsStill = true;
        options.onError(new Error(`the event sink did not take ${event.id}: ${why}`), event.subject);
      }
      await renew();
      await pauseBetween(attempt);
    }
  }

  function pauseBetween(attempt: number): Promise<void> {
    const ms = Math.min(pauseMsMax, 250 * 2 ** Math.min(attempt, 16)) * (0.5 + world.random() / 2);
    return pause(world, ms, ending.signal);
  }
}
