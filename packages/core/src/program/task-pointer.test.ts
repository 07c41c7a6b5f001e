import { describe, expect, it, test } from 'vitest';
import { pointerAround, taskNames, taskPointer } from './task-pointer.ts';

describe('the pointer of a task', () => {
  test.each([
    ['/do/0/order/try/1/pay', ['order', 'pay']],
    ['/do/0/extended', ['extended']],
    ['/do/0/extended/extended', ['extended']],
    ['/do/0/7/do/1/do', ['7', 'do']],
    ['/do/0/functions/do/0/a~1b', ['functions', 'a/b']],
    ['/use/functions/greet/do/0/say', ['greet', 'say']],
    ['/functions/extended', ['extended']],
    ['/use/extensions/0/log/before/2/call', ['log', 'call']],
  ])('%s names %j', (pointer, names) => {
    expect(taskNames(pointer)).toEqual(names);
  });

  it.each(['/do/0/a', '/do/0/extended', '/do/0/7', '/use/functions/extended', '/functions/x'])(
    'of what is around %s is told from it',
    (pointer) => {
      expect(taskPointer(pointer)).toBe(pointer);
      expect(taskPointer(pointerAround(pointer))).toBe(pointer);
    },
  );
});
