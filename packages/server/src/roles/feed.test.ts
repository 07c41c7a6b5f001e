import { emptyState } from '@millrace/core';
import { expect, it } from 'vitest';
import { type EndWaiter, Feed } from './feed.ts';

const commit = {
  ...{
    tenant: 'a',
    stream: 'e',
    version: 1,
    count: 1,
    id: 'i',
    previous: '',
    time: 1,
    cause: 'c',
    position: 1,
  },
  body: '[2,{"type":"execution.completed"}]',
};

it('an end is told with the state that it has come to, and once, though others follow every commit', () => {
  const feed = new Feed();
  const told: (string | undefined)[] = [];
  feed.awaitEnd(waiterOf('a', (state) => void told.push(state?.phase)));
  feed.awaitEnd(waiterOf('b', () => void told.push('of another tenant')));
  feed.followAll(() => {});
  feed.end('a', 'e', { ...emptyState(), phase: 'completed' });
  feed.publish(commit, { status: 'completed' } as never);
  expect(told).toEqual(['completed']);
});

it('each who waits for an end is told, but those who have left', () => {
  const feed = new Feed();
  const told: string[] = [];
  const waiters = ['one', 'two', 'three'].map((name) => {
    const waiter = waiterOf('a', () => {
      told.push(name);
      feed.leave(waiter);
    });
    return waiter;
  });
  for (const waiter of waiters) feed.awaitEnd(waiter);
  feed.leave(waiters[1] as EndWaiter);
  expect(feed.listeners).toBe(1);
  feed.end('a', 'e');
  feed.end('a', 'e');
  expect(told).toEqual(['one', 'three']);
  expect(feed.listeners).toBe(0);
});

it('an end that another process decided is told when the log is read', () => {
  const feed = new Feed();
  const told: unknown[] = [];
  feed.awaitEnd(waiterOf('a', (state) => void told.push(state)));
  feed.publish({ ...commit, body: '[2,{"type":"task.started","task":"\\"execution.completed\\""}]' });
  expect(told).toEqual([]);
  feed.publish(commit);
  expect(told).toEqual([undefined]);
});

it('the log is needed by who follows, and by who waits for an end that no worker of this process tells', () => {
  const feed = new Feed();
  const told: string[] = [];
  const ofWorker: EndWaiter = {
    ...waiterOf('a', () => {}),
    hearsLog: false,
    moved: () => told.push('moved'),
  };
  feed.awaitEnd(ofWorker);
  expect(feed.needsLog).toBe(false);
  feed.moved('b', 'e');
  feed.moved('a', 'e');
  expect(told).toEqual(['moved']);
  feed.hearLog(ofWorker);
  feed.hearLog(ofWorker);
  expect(feed.needsLog).toBe(true);
  feed.moved('a', 'e');
  expect(told).toEqual(['moved']);
  feed.leave(ofWorker);
  feed.leave(ofWorker);
  expect(feed.needsLog).toBe(false);
  const stop = feed.follow('a', 'e', () => {});
  expect(feed.needsLog).toBe(true);
  stop();
  expect(feed.needsLog).toBe(false);
});

function waiterOf(tenant: string, ended: EndWaiter['ended']): EndWaiter {
  return { tenant, id: 'e', hearsLog: true, ended, moved: () => {} };
}
