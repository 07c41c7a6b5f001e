import { describe, expect, it } from 'vitest';
import { runJq } from './cli.ts';

function jq(args: readonly string[], stdin = 'null'): { code: number; out: string; err: string } {
  let out = '';
  let err = '';
  const io = {
    stdin: () => stdin,
    write: (text: string) => {
      out += text;
    },
    error: (text: string) => {
      err += text;
    },
  };
  return { code: runJq(args, io), out, err };
}

describe('the command', () => {
  it.each([
    [['.a'], '{"a":{"b":[1,{}]}}', '{\n  "b": [\n    1,\n    {}\n  ]\n}\n'],
    [['-c', '.'], '{"b":1,"a":[2]} 3', '{"b":1,"a":[2]}\n3\n'],
    [['-cS', '.'], '{"b":1,"a":2}', '{"a":2,"b":1}\n'],
    [['-r', '.'], '"x\\ny"', 'x\ny\n'],
    [['-j', '.[]'], '["a",1]', 'a1'],
    [['-s', '-c', '.'], '1 2', '[1,2]\n'],
    [['-R', '.'], 'a\nb\n', '"a"\n"b"\n'],
    [['-Rs', '.'], 'a\nb\n', '"a\\nb\\n"\n'],
    [['-n', '[inputs]', '-c'], '1 2', '[1,2]\n'],
    [['-c', '[., input]'], '1 2 3 4', '[1,2]\n[3,4]\n'],
    [['--tab', '.'], '[1]', '[\n\t1\n]\n'],
    [['--indent', '1', '.'], '[1]', '[\n 1\n]\n'],
    [
      ['-n', '-c', '--arg', 'x', '1', '--argjson', 'y', '{"a":2}', '[$x, $y.a, $ARGS.named]'],
      '',
      '["1",2,{"x":"1","y":{"a":2}}]\n',
    ],
    [['-n', '-c', '$ARGS.positional', '--args', 'a', 'b'], '', '["a","b"]\n'],
    [['-n', '-c', '$ARGS.positional', '--jsonargs', '1', '{}'], '', '[1,{}]\n'],
    [['-a', '.'], '"ü😀"', '"\\u00fc\\ud83d\\ude00"\n'],
  ])('jq %j prints', (args, stdin, expected) => {
    expect(jq(args, stdin)).toEqual({ code: 0, out: expected, err: '' });
  });

  it.each([
    [['.a'], '1', 5],
    [['.a |'], '1', 3],
    [['.'], '{', 2],
    [[], '1', 2],
    [['--nope', '.'], '1', 2],
    [['-n', 'halt_error'], '', 5],
    [['-n', '"bye" | halt_error(7)'], '', 7],
    [['-e', '.'], 'false', 1],
    [['-e', 'empty'], '1', 4],
    [['-e', '.'], '1', 0],
    [['-h'], '', 0],
  ])('jq %j < %s exits with %i', (args, stdin, code) => {
    expect(jq(args, stdin).code).toBe(code);
  });

  it('goes on with the next input after an error', () => {
    const { code, out, err } = jq(['.a'], '1 {"a":2}');
    expect([code, out, err]).toEqual([5, '2\n', 'jq: error: Cannot index number with string ("a")\n']);
  });
});
