import { expect, test } from 'vitest';
import { createProgress, nameOf } from './run-progress.ts';

test.each([
  ['/do/0/order/try/1/pay', 'order › pay'],
  ['/do/0/7/do/1/extended', '7 › extended'],
  ['/use/functions/greet', 'greet'],
  ['/use/functions/greet/do/0/say', 'greet › say'],
  ['/functions/audit:1.2.0@hub', 'audit:1.2.0@hub'],
  ['/functions/audit:1.2.0@hub/extended', 'audit:1.2.0@hub'],
  ['/functions/https:~1~1example.com~1f.yaml/do/0/say', 'https://example.com/f.yaml › say'],
])('%s goes by the name %s', (task, name) => {
  expect(nameOf({ task })).toBe(name);
});

test.each(['/do/0/a', '/do/0/extended', '/use/functions/f', '/functions/f:1.0.0@hub'])(
  '%s is told of once when extensions stand around it',
  (task) => {
    const lines: string[] = [];
    const progress = createProgress((line) => lines.push(line), false);
    for (const [version, each] of [task, `${task}/extended`].entries())
      progress.show({
        id: `x/${version}`,
        version,
        time: '2026-01-02T03:04:05Z',
        commit: '',
        fact: { type: 'task.completed', task: each },
      });
    expect(lines).toHaveLength(1);
  },
);
