import { describe, expect, it } from 'vitest';
import { parse } from './parse.ts';

const head = "document: { dsl: '1.0.3', namespace: a, name: b, version: 1.0.0 }\n";

function errorsOf(text: string): string[] {
  const parsed = parse(head + text);
  return parsed.ok ? [] : parsed.errors.map(({ message }) => message);
}
const ofTask = (task: string) => errorsOf(`do: [{ t: ${task} }]`);

describe('what many write', () => {
  it.each([
    ['{ for: { in: .x, while: .y }, do: [] }', "'while' in a for; it stands beside 'for'"],
    ['{ for: { in: .x, do: [] } }', "'do' in a for; it stands beside 'for'"],
    ['{ for: {}, in: .x, do: [] }', "'in' in a for task; it stands in 'for'"],
    ['{ listen: { to: { any: [] }, foreach: {} } }', "'foreach' in a listen; it stands beside 'listen'"],
    ['{ listen: { to: { any: [] }, until: .x } }', "'until' in a listen; it stands in 'to', beside 'any'"],
    ['{ listen: { one: { with: { type: x } } } }', "'one' in a listen; it stands in 'to'"],
    ['{ listen: { to: { with: { type: x } } } }', "it stands in 'one', or in an item of 'any' or 'all'"],
    ['{ listen: { to: { one: { type: x } } } }', "'type' in an event filter; it stands in 'with'"],
    ['{ listen: {}, to: { any: [] } }', "'to' in a listen task; it stands in 'listen'"],
    ['{ emit: { with: { type: x } } }', "'with' in an emit; it stands in 'event'"],
    ['{ raise: { type: x, status: 400 } }', "'status' in a raise; it stands in 'error'"],
    ['{ try: [], catch: { errors: { status: 5 } } }', "'status' in the errors to catch; it stands in 'with'"],
    ['{ try: [], retry: {}, catch: {} }', "'retry' in a try task; it stands in 'catch'"],
    ['{ try: [], catch: { retry: { count: 3 } } }', "it stands in 'limit', as 'attempt.count'"],
    ['{ try: [], catch: { retry: { duration: PT1S } } }', "in a retry policy; it stands in 'limit'"],
    ['{ try: [], catch: { retry: { limit: { count: 3 } } } }', "it stands in 'attempt'"],
    ['{ wait: PT1S, timeout: { seconds: 1 } }', "'seconds' in a timeout; it stands in 'after'"],
    ['{ call: http, method: get }', "'method' in a call task; it stands in 'with'"],
    ['{ call: http, with: { url: "https://a.io" } }', "it is called 'endpoint'"],
    ['{ call: http, with: { params: {} } }', "it is called 'query'"],
    ['{ call: http, with: { authentication: {} } }', "it stands in 'endpoint', beside its 'uri'"],
    ['{ set: { x: 1 }, export: { to: .x } }', "'to' in the export; it is called 'as' here"],
    ['{ set: { x: 1 }, input: { as: .x } }', "'as' in the input; it is called 'from' here"],
    ['{ set: { x: 1 }, output: { from: .x } }', "'from' in the output; it is called 'as' here"],
    ['{ set: { x: 1 }, input: { schema: { type: object } } }', "'type' in a schema; it stands in 'document'"],
  ])('%s, in another place, is told with its own', (task, message) => {
    expect(ofTask(task)).toContainEqual(expect.stringContaining(message));
  });

  it.each([
    ['{ set: { x: 1 }, input: .x }', "found '.x'; did you mean { from: .x }?"],
    ['{ set: { x: 1 }, output: .x }', "found '.x'; did you mean { as: .x }?"],
    ['{ set: { x: 1 }, export: .x }', "found '.x'; did you mean { as: .x }?"],
    ['{ raise: boom }', "found 'boom'; did you mean { error: boom }?"],
    [
      '{ listen: { to: { one: { with: { type: x }, correlate: { k: .x } } } } }',
      'did you mean { from: .x }?',
    ],
    ['{ try: [], catch: { retry: { backoff: linear } } }', "found 'linear'; did you mean { linear: {} }?"],
  ])('%s, a text for an object, is told with the object', (task, message) => {
    expect(ofTask(task)).toContainEqual(expect.stringContaining(message));
  });

  it('of a schedule or a catalog is told as well', () => {
    expect(errorsOf("schedule: '0 8 * * *'\ndo: []")[0]).toContain("did you mean { cron: '0 8 * * *' }?");
    expect(errorsOf('schedule: daily\ndo: []')[0]).toMatch(/found 'daily'$/);
    expect(errorsOf("schedule: { cron: '0 8 * * *', timezone: UTC }\ndo: []")[0]).toContain(
      'it stands in document.metadata.schedule',
    );
    expect(errorsOf('use: { catalogs: { c: https://a.io } }\ndo: []')[0]).toContain(
      'did you mean { endpoint: https://a.io }?',
    );
    expect(ofTask('{ try: [], catch: { retry: { backoff: slow } } }')[0]).toMatch(/found 'slow'$/);
  });

  it.each([
    ['.a && .b', "'and'"],
    ['.a || .b', "'or'"],
    ['.a === 1', "'=='"],
    ['.a !== 1', "'!='"],
    [".a == 'x'", 'texts in double quotes'],
    ['!.a', "'| not' behind it"],
    ['.a ? 1 : 2', 'if … then … else … end'],
  ])('%s in another language is told as jq writes it', (source, jq) => {
    const [message] = ofTask(`{ if: ${JSON.stringify(source)}, set: { x: 1 } }`);
    expect(message).toMatch(/^not a valid jq expression: /);
    expect(message?.split('; jq writes ')[1]).toBe(jq);
  });

  it.each(['.a +', '.a.', '(.a', '.a | | .b', '.a? .b: 1 2'])('%s is told without a guess', (source) => {
    const [message] = ofTask(`{ if: ${JSON.stringify(source)}, set: { x: 1 } }`);
    expect(message).toMatch(/^not a valid jq expression: /);
    expect(message).not.toContain('jq writes');
  });
});
