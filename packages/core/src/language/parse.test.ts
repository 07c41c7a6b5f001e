// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so
import { describe, expect, it } from 'vitest';
import { type ParseOptions, parse } from './parse.ts';

const head = "document: { dsl: '1.0.3', namespace: a, name: b, version: 1.0.0 }\n";
const runtime = '$context, $input, $output, $secrets, $task, $workflow, $runtime, $authorization';
const kinds = 'call, do, emit, for, fork, listen, raise, run, set, switch, try, wait';

function errorsOf(text: string, options: ParseOptions = {}): string[] {
  const parsed = parse(text, options);
  return parsed.ok ? [] : parsed.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** The errors of one task `t`, whose first property stands at 4:7. */
function taskErrors(body: string, top = ''): string[] {
  const lines = body.split('\n').map((line) => `      ${line}`);
  return errorsOf(`${head}do:\n  - t:\n${lines.join('\n')}\n${top}`);
}

describe('the header', () => {
  const header = (members: string) => errorsOf(`document: { ${members} }\ndo: []`);

  it.each([
    [
      "dsl: '2.0.0', namespace: a, name: b, version: 1.0.0",
      "1:18 the dsl version '2.0.0' is not supported; supported is 1.0.x, such as '1.0.3'",
    ],
    [
      'dsl: 1.0, namespace: a, name: b, version: 1.0.0',
      '1:18 expected a semantic version (a text) but found the number 1; a version has three numbers: 1.0.0',
    ],
    [
      "dsl: '1.0.3', namespace: a, name: b, version: '1'",
      "1:59 expected a semantic version (three numbers such as 1.0.0) but found '1'",
    ],
    [
      `dsl: '1.0.3', namespace: a, name: b, version: 1.0.0-${'x'.repeat(123)}`,
      '1:59 expected a version of at most 128 characters but found 129',
    ],
    [
      "dsl: '1.0.3', namespace: a_b, name: b, version: 1.0.0",
      "1:38 expected the namespace (1 to 63 letters, digits and hyphens) but found 'a_b'",
    ],
    ["dsl: '1.0.3', namespace: a, version: 1.0.0", "1:1 expected the property 'name' in the document"],
    [
      "dsl: '1.0.3', namespace: a, naem: b, version: 1.0.0",
      "1:41 unknown property 'naem' in the document; did you mean 'name'?",
    ],
  ])('{ %s } has the error %s', (members, error) => {
    expect(header(members)).toEqual([error]);
  });

  it('of the releases 1.0.0 to 1.0.3 is accepted', () => {
    for (const dsl of ['1.0.0', '1.0.0-alpha5', '1.0.1', '1.0.2', '1.0.3']) {
      expect(header(`dsl: '${dsl}', namespace: a, name: b, version: 1.0.0`)).toEqual([]);
    }
  });

  it('of the older language gets one sentence', () => {
    expect(errorsOf('id: a\nspecVersion: "0.8"\nstates: []')).toEqual([
      "2:1 this is a workflow of the language 0.8 or older, which is not supported yet; supported is dsl 1.0.x, with 'document' and 'do' at the top",
    ]);
  });

  it('may be followed by members that the language does not know', () => {
    expect(errorsOf(`${head}do: []\nx-owner: me`)).toEqual([]);
  });
});

describe('a task', () => {
  it.each([
    ['cal: http', `4:7 expected one of ${kinds} but found 'cal'; did you mean 'call'?`],
    ['then: end', `3:5 expected one of ${kinds} in a task but found none`],
    ['set: { a: 1 }\ncall: http', "4:7 a task does one thing but this one has both 'call' and 'set'"],
    ['set: { a: 1 }\nthn: end', "5:7 unknown property 'thn' in a set task; did you mean 'then'?"],
    ['set: {}', '4:7 expected at least one property to set'],
    ['set: [1]', '4:7 expected what to set (an object or an expression) but found a list'],
    [
      'set: { a: 1 }\nif: true',
      "5:11 expected the condition of the task (an expression) but found the boolean true; write it in quotes: 'true'",
    ],
    [
      'set: { a: 1 }\nthen: t2',
      "5:13 no task 't2' in this list: 'then' takes continue, exit, end or a task of the same list",
    ],
    [
      'set: { a: 1 }\nthen: contineu',
      "5:13 no task 'contineu' in this list: 'then' takes continue, exit, end or a task of the same list; did you mean 'continue'?",
    ],
    ['set: { a: 1 }\ntimeout: long', "5:16 no timeout 'long' in use.timeouts"],
    [
      'set: { a: 1 }\ntimeout: { after: P1Y }',
      "5:25 the duration 'P1Y' has years or months, whose length is undefined; write weeks (W), days (D) or less",
    ],
    [
      'wait: { second: 1 }',
      "4:15 unknown unit 'second' in a duration; expected days, hours, minutes, seconds, milliseconds; did you mean 'seconds'?",
    ],
    ['wait: { minutes: 1.5 }', '4:24 expected a whole number of minutes, 0 or more'],
    [
      'call: htpp',
      "4:13 unknown function 'htpp'; expected http, grpc, openapi, asyncapi, a2a, mcp, or a function of use.functions; did you mean 'http'?",
    ],
    ['call: log:1.0.0@lib', "4:23 no catalog 'lib' in use.catalogs"],
    ['call: http', "3:5 expected the property 'with' in a call of http"],
    [
      'call: http\nwith: { metod: get, endpoint: https://a.io }',
      "5:15 unknown property 'metod' in the arguments of an http call; did you mean 'method'?",
    ],
    [
      'call: http\nwith: { method: get }',
      "5:7 expected the property 'endpoint' in the arguments of an http call",
    ],
    [
      "call: http\nwith: { method: get, endpoint: 'https://a.io/{+id}' }",
      "5:52 '{+id}' is not supported in a URI template: only simple names such as {id} are",
    ],
    [
      'call: http\nwith: { method: get, endpoint: https://a.io, query: { tag: [a, { b: 1 }] } }',
      '5:70 expected a query parameter (a text) but found an object',
    ],
    [
      'call: http\nwith: { method: get, endpoint: https://a.io, headers: .headers }',
      "5:61 expected the headers, or an expression in '${ }' that yields it, but found '.headers'",
    ],
    [
      'call: http\nwith: { method: get, endpoint: https://a.io, output: body }',
      "5:60 expected the output to be one of raw, content, response but found 'body'",
    ],
    [
      'call: http\nwith: { method: get, endpoint: { uri: https://a.io, authentication: { use: me } } }',
      "5:82 no authentication 'me' in use.authentications",
    ],
    [
      'call: http\nwith: { method: get, endpoint: { uri: https://a.io, authentication: me } }',
      "5:75 expected an authentication (an object) but found 'me'; did you mean { use: me }?",
    ],
    [
      'call: http\nwith: { method: get, endpoint: { uri: https://a.io, authentication: { basic: me } } }',
      "5:84 expected the basic credentials (an object) but found 'me'; did you mean { use: me }?",
    ],
    [
      'call: http\nwith: { method: get, endpoint: { uri: https://a.io, authentication: { basic: { use: me } } } }',
      "5:91 no secret 'me' in use.secrets",
    ],
    ["set: { a: '${ .b + $secrets.me }' }", "4:26 no secret 'me' in use.secrets"],
    [
      'call: http\nwith: { method: get, endpoint: https://a.io, headers: { a: \'k ${ $secrets["me"] }\' } }',
      "5:72 no secret 'me' in use.secrets",
    ],
    [
      'call: http\nwith: { method: get, endpoint: { uri: https://a.io, authentication: { certificate: {} } } }',
      "5:77 'certificate' authentication has been removed from the language; expected one of basic, bearer, digest, oauth2, oidc",
    ],
    [
      'call: asyncapi\nwith: { document: { endpoint: https://a.io }, message: {} }',
      "5:7 expected 'channel' (AsyncAPI 2) or 'operation' (AsyncAPI 3) in an asyncapi call but found none",
    ],
    ['raise: { error: gone }', "4:23 no error 'gone' in use.errors"],
    ['raise: { error: { type: https://a.io } }', "4:16 expected the property 'status' in an error"],
    [
      'emit: { event: { with: { source: https://a.io } } }',
      "4:24 expected the property 'type' in the event's attributes",
    ],
    [
      'emit: { event: { with: { type: a, dataContentType: b } } }',
      "4:41 unknown attribute 'dataContentType' of an event; did you mean 'datacontenttype'?",
    ],
    [
      "emit: { event: { with: { type: '', source: /a } } }",
      "4:38 expected the event's type but found an empty text",
    ],
    [
      "emit: { event: { with: { type: a, id: ' ' } } }",
      "4:45 expected the event's id but found an empty text",
    ],
    [
      "emit: { event: { with: { type: a, source: '' } } }",
      "4:49 expected the event's source (a URI, a URI template or an expression) but found an empty text",
    ],
    [
      'listen: { to: { one: { with: {} } } }',
      '4:30 expected the attributes to match (an object with at least one) but found an empty object',
    ],
    [
      'listen: { to: { all: [], any: [] } }',
      "4:32 expected only one of all, any, one in the events to wait for but found 'all' and 'any'",
    ],
    ['listen: { to: { all: [], until: .x } }', "4:32 'until' is for 'any' only"],
    [
      'for: { each: $x, in: .a }\ndo: []',
      "4:20 expected the item's name (letters, digits and '_', without '$') but found '$x'",
    ],
    ['for: { in: .a }', "3:5 expected the property 'do' in a for task"],
    ['run: { script: { language: js } }', '4:14 expected one of code, source in the script'],
    [
      'run: { container: { image: a, lifetime: { cleanup: eventually } } }',
      "4:37 expected the property 'after' in the container's lifetime, since its cleanup is 'eventually'",
    ],
    [
      'run: { workflow: { namespace: a, name: b, version: 1.0 } }',
      "4:58 expected the workflow's version (three numbers such as 1.0.0, or latest) but found the number 1; a version has three numbers: 1.0.0",
    ],
    [
      "run: { workflow: { namespace: a, name: b, version: '2.x' } }",
      "4:58 expected the workflow's version (three numbers such as 1.0.0, or latest) but found '2.x'",
    ],
    [
      'call: file:f.yaml',
      "4:13 'file:f.yaml' names no function; one that stands in a file is called by its URI: file:./f.yaml",
    ],
    [
      'call: ./lib/f.yaml',
      "4:13 './lib/f.yaml' names no function; one that stands in a file is called by its URI: file:./lib/f.yaml",
    ],
    [
      'call: https:a.io/f.json',
      "4:13 'https:a.io/f.json' names no function; one that stands in a file is called by its URI: https://a.io/f.json",
    ],
    ['switch: []', "4:7 expected cases (a list of '- name: …') but found an empty list"],
    [
      'switch: [ { a: { then: end } }, { b: { then: exit } } ]',
      "4:41 a switch has one default case but 'a' and 'b' have no 'when'",
    ],
    [
      'switch: [ { a: { when: .x, then: b } } ]',
      "4:40 no task 'b' in this list: 'then' takes continue, exit, end or a task of the same list",
    ],
    ['try: []', "3:5 expected the property 'catch' in a try task"],
    ['try: []\ncatch: { retry: often }', "5:23 no retry policy 'often' in use.retries"],
    [
      'try: []\ncatch: { retry: { delay: PT1S, backof: {} } }',
      "5:38 unknown property 'backof' in a retry policy; did you mean 'backoff'?",
    ],
    [
      'try: []\ncatch: { retry: { jitter: { from: PT5S, to: { seconds: 1 } } } }',
      '5:41 the jitter begins at 5000 ms, which is above its end at 1000 ms',
    ],
    [
      'fork: { branches: [ { a: { set: { x: 1 }, then: b } }, { b: { wait: PT1S } } ] }',
      "4:55 no task 'b' to go to from a branch: 'then' takes continue, exit or end here",
    ],
  ])('%s has the error %s', (body, error) => {
    expect(taskErrors(body)).toEqual([error]);
  });

  it.each([
    ['run: { script: { language: js, code: "log(`${x}`)", arguments: { a: 1 } } }'],
    ['run: { script: { language: python, code: print(1), arguments: [ a, 1 ] } }'],
    ['try: []\ncatch: { then: end }'],
    ['try: []\ncatch: { retry: { jitter: { from: PT1S, to: "${ .most }" } } }'],
    ['run: { workflow: { namespace: a, name: b, version: latest } }'],
    ['run: { workflow: { namespace: a, name: b, version: "1.${ .minor }.0" } }'],
    ['call: file:./f.yaml'],
    ['call: f:1.0.0@default'],
    ['for: { in: [ { a: 1 }, 2 ] }\ndo: []'],
    ['emit: { event: { with: { type: a, traceparent: b } } }'],
    [
      'call: http\nwith: { method: GET, endpoint: { uri: https://a.io, authentication: { bearer: "${ .token }" } } }',
    ],
    ['call: http\nwith: { method: get, endpoint: "https://a.io/{x}/${ .y }", query: { limit: 10 } }'],
    ['call: http\nwith: { method: get, endpoint: https://a.io, query: { tag: [a, 2, "${ .c }"] } }'],
    ['call: log:1.0.0@default\nwith: { a: 1 }'],
    ['call: log:1.0.0'],
    ['call: https://a.io/function.yaml'],
    ['wait: "${ .delay }"'],
    ['wait: P1W'],
    ['listen: { to: { any: [], until: { one: { with: { type: a } } } }, read: raw }'],
    ['listen: { to: { one: { with: { type: a }, correlate: { id: { from: .id, expect: ORD-1 } } } } }'],
  ])('%s is accepted', (body) => {
    expect(taskErrors(body)).toEqual([]);
  });
});

describe('a list of tasks', () => {
  it.each([
    ['  - a: { wait: PT1S }\n  - a: { wait: PT1S }', "4:5 the task 'a' is defined twice in the same list"],
    ['  - exit: { wait: PT1S }', "3:5 a task cannot be named 'exit', since 'then: exit' is a flow directive"],
    [
      '  - a:\n    wait: PT1S',
      "3:5 expected a task by its name alone but found 2 properties; indent what belongs to 'a' below it",
    ],
    ['  - wait', "3:5 expected a task by its name, such as 'name: …', but found 'wait'"],
    ['  - a:', '3:5 expected a task (an object) but found nothing'],
    ['  a: { wait: PT1S }', "2:1 expected tasks (a list of '- name: …') but found an object"],
    [
      '  - a: { do: [ { c: { wait: PT1S, then: b } } ] }\n  - b: { wait: PT1S }',
      "3:41 no task 'b' in this list: 'then' takes continue, exit, end or a task of the same list",
    ],
  ])('%j has the error %s', (list, error) => {
    expect(errorsOf(`${head}do:\n${list}`)).toEqual([error]);
  });
});

describe('what stands beside the tasks', () => {
  it.each([
    ['timeout: long', "2:10 no timeout 'long' in use.timeouts"],
    ['evaluate: { language: cel }', "2:23 expected the expression language jq but found 'cel'"],
    [
      'evaluate: { mode: lose }',
      "2:19 expected the mode to be one of strict, loose but found 'lose'; did you mean 'loose'?",
    ],
    ['schedule: { cron: 0 25 * * mon }', "2:21 '25' cannot be the hour of a cron expression (0 to 23)"],
    [
      'schedule: { cron: "@daily" }',
      "2:19 expected a cron expression of 5 fields (minute, hour, day of month, month, day of week), or of 6 with the second first but found '@daily'",
    ],
    ['schedule: { cron: 0 0 30 2 * }', "2:19 '0 0 30 2 *' names a day that no year has"],
    ['schedule: { every: { milliseconds: 5 } }', '2:13 a schedule recurs at most every 100 ms'],
    [
      'schedule: { every: PT1M, read: data }',
      "2:26 'read' needs 'on': it says how the events of 'on' are read",
    ],
    [
      'input: { schema: { format: avro, document: {} } }',
      "2:28 expected the schema's format ('json', or 'json:' and a version) but found 'avro'",
    ],
    [
      'output: { as: 5 }',
      '2:15 expected what the output becomes (an expression or an object) but found the number 5',
    ],
    [
      'use: { extension: [] }',
      "2:8 unknown property 'extension' in the reusable parts; did you mean 'extensions'?",
    ],
    [
      'use: { extensions: [ { log: { extend: cal } } ] }',
      "2:39 expected the kind of task to be one of call, composite, emit, for, listen, raise, run, set, switch, try, wait, all but found 'cal'; did you mean 'call'?",
    ],
    [
      'use: { functions: { f: { wait: PT1S, then: g } } }',
      "2:44 no task 'g' to go to from here: 'then' takes continue, exit or end",
    ],
  ])('%s has the error %s', (member, error) => {
    expect(errorsOf(`${head}${member}\ndo: []`)).toEqual([error]);
  });

  it('a function may be one that the host registered, and a catalog one that it knows', () => {
    const text = `${head}do: [ { a: { call: resize } }, { b: { call: 'log:1.0.0@lib' } } ]`;
    expect(errorsOf(text)).toHaveLength(2);
    expect(errorsOf(text, { functions: new Set(['resize']), catalogs: new Set(['lib']) })).toEqual([]);
  });

  it('all errors are told at once, in the order of the text, with file and pointer', () => {
    const parsed = parse(`${head}do:\n  - a: { wait: soon }\n  - b: { cal: http }\ntimeout: x`, {
      file: 'a.yaml',
    });
    expect(parsed.ok ? [] : parsed.errors.map(({ file, line, pointer }) => [file, line, pointer])).toEqual([
      ['a.yaml', 3, '/do/0/a/wait'],
      ['a.yaml', 4, '/do/1/b/cal'],
      ['a.yaml', 5, '/timeout'],
    ]);
  });
});

describe('an expression', () => {
  const place = (errors: string[]) => errors.map((error) => /^\d+:\d+/.exec(error)?.[0]);

  it.each([
    ['set: { a: "${ .a + }" }', '4:26', 'a double-quoted text'],
    ["set: { a: 'x ${ .a } ${ .b | }' }", '4:36', 'an interpolated text'],
    ['if: .a == == 1\nset: { a: 1 }', '4:17', 'a plain text'],
    ['set:\n  a: |\n    one\n    two ${ ] }', '7:18', 'a literal block'],
    ['set:\n  a: >\n    one\n    two ${ ] }', '5:12', 'a folded block: where it begins'],
    ['set:\n  a: "\\t${ ] }"', '5:12', 'a text with escapes: where it begins'],
    ['output: { as: { x: "${ ] }" } }\nset: { a: 1 }', '4:30', 'a transformation'],
    ["call: http\nwith: { method: get, endpoint: 'https://a.io/${ ] }' }", '5:55', 'an endpoint'],
    ['set: { a: "${ .b == \'x\' }" }', '4:27', 'a text in single quotes'],
  ])('%s is refused at %s: %s', (body, position) => {
    const errors = taskErrors(body);
    expect(place(errors)).toEqual([position]);
    expect(errors[0]).toContain('not a valid jq expression');
  });

  it.each([
    ['set: { a: "x ${ .a" }', "4:20 '${' is not closed by '}'"],
    ['if: ${ .a } x\nset: { a: 1 }', "4:11 expected nothing after the '}' of an expression"],
    ['set: { a: "${ }" }', '4:20 expected a jq expression but found none'],
  ])('%s has the error %s', (body, error) => {
    expect(taskErrors(body)).toEqual([error]);
  });

  it('is plain text in a free-value field without ${ }', () => {
    expect(taskErrors('set: { a: $nobody, b: .x ==, c: "{" }')).toEqual([]);
  });

  it('that is broken is the text itself in loose mode, but not as a condition', () => {
    expect(taskErrors('set: { a: .x ==, b: "${ .x == }" }', 'evaluate: { mode: loose }')).toEqual([]);
    expect(taskErrors('if: .x ==\nset: { a: 1 }', 'evaluate: { mode: loose }')).toHaveLength(1);
  });

  it.each([
    [
      'set: { a: "${ $contxt }" }',
      `4:21 unknown variable $contxt; known here are ${runtime}; did you mean '$context'?`,
    ],
    ['for: { in: $item }\ndo: []', `4:18 unknown variable $item; known here are ${runtime}`],
    [
      'for: { each: x, in: .a }\nwhile: $item\ndo: []',
      `5:14 unknown variable $item; known here are ${runtime}, $x, $index`,
    ],
    [
      'try: []\ncatch: { as: err, when: $error.status == 1 }',
      `5:31 unknown variable $error; known here are ${runtime}, $err`,
    ],
    [
      'listen: { to: { any: [] } }\nforeach: { output: { as: $i } }',
      `5:32 unknown variable $i; known here are ${runtime}, $item, $index`,
    ],
  ])('%s has the error %s', (body, error) => {
    expect(taskErrors(body)).toEqual([error]);
  });

  it.each([
    ['for: { each: x, at: i, in: .a }\nwhile: $x != $i\ndo: [ { b: { set: { c: "${ $x + $i }" } } } ]'],
    [
      'for: { in: .a }\ndo: [ { b: { for: { each: y, in: $item }, do: [ { c: { set: { d: "${ [$item, $y, $index] }" } } } ] } } ]',
    ],
    [
      'try: []\ncatch: { when: $error.status == 1, retry: { when: $error.status == 2 }, do: [ { b: { set: { c: "${ $error }" } } } ]}',
    ],
    ['listen: { to: { any: [] } }\nforeach: { item: e, do: [ { b: { set: { c: "${ [$e, $index] }" } } } ] }'],
    [`set: { a: "\${ [${runtime}] }" }`],
    ['set: { a: "${ .x as $y | reduce .[] as $z (0; . + $y + $z) }" }'],
  ])('%s knows its variables', (body) => {
    expect(taskErrors(body)).toEqual([]);
  });

  it('known within a loop is unknown after it, though the text is the same', () => {
    const set = 'set: { c: "${ $x }" }';
    expect(
      taskErrors(`do:\n  - l: { for: { each: x, in: .a }, do: [ { b: { ${set} } } ] }\n  - b: { ${set} }`),
    ).toEqual([`6:30 unknown variable $x; known here are ${runtime}`]);
  });

  it('of a schedule that waits for all of no events, or ends by them, is refused', () => {
    const schedule = (on: string) => errorsOf(`${head}schedule: { on: ${on} }\ndo: []`);
    expect(schedule('{ all: [] }')).toEqual([
      "2:19 expected at least one event filter in 'all' of a schedule: nothing would ever start the workflow",
    ]);
    expect(schedule('{ any: [{ with: { type: x } }], until: { all: [] } }')).toEqual([
      "2:58 expected at least one event filter in 'all' of a schedule: it has come before any event, so nothing would be gathered",
    ]);
    expect(schedule('{ any: [] }')).toEqual([]);
    expect(schedule('{ any: [], until: { all: [{ with: { type: x } }] } }')).toEqual([]);
  });

  it('of a schedule know no variables, and an interval is computed when it is read', () => {
    const schedule = (text: string) => errorsOf(`${head}schedule: { ${text} }\ndo: []`);
    expect(schedule("every: '${ \"PT\\(60 * 2)M\" }', after: '${ { hours: 1 } }'")).toEqual([]);
    expect(schedule('every: "${ $context.period }"')).toEqual([
      '2:24 unknown variable $context; none is known here',
    ]);
    expect(schedule('after: "${ 5 }"')).toEqual([
      '2:20 expected a duration: an object such as { seconds: 30 }, or an ISO 8601 text such as PT30S',
    ]);
    expect(schedule('after: "${ now | tostring }"')[0]).toContain('the same at all times');
    expect(schedule('every: "${ { milliseconds: 5 } }"')).toEqual([
      '2:20 a schedule recurs at most every 100 ms',
    ]);
    expect(schedule('on: { one: { with: { data: "${ .n > $input.n }" } } }')).toEqual([
      '2:49 unknown variable $input; none is known here',
    ]);
    expect(schedule('on: { any: [], until: "${ length > $workflow.n }" }')).toEqual([
      '2:48 unknown variable $workflow; none is known here',
    ]);
  });

  it('of a reusable part knows the variables of the places that use it', () => {
    const use = (as: string) =>
      `${head}use: { retries: { r: { when: $err.status == 503 } } }\ndo: [ { t: { try: [], catch: { as: ${as}, retry: r } } } ]`;
    expect(errorsOf(use('err'))).toEqual([]);
    expect(errorsOf(use('fault'))).toEqual([`2:30 unknown variable $err; known here are ${runtime}, $fault`]);
  });
});

describe('the source of a workflow', () => {
  const text = `${head}do:\n  - first:\n      set:\n        a: "x"\n  - second: { wait: PT1S }\n`;
  const parsed = parse(text, { file: 'a.yaml' });
  const source = parsed.ok ? parsed.source : undefined;

  it.each([
    ['', 1, 1],
    ['/document/name', 1, 47],
    ['/do', 2, 1],
    ['/do/0/first', 3, 5],
    ['/do/0/first/set', 4, 7],
    ['/do/0/first/set/a', 5, 12],
    ['/do/0/first/set/b/c', 4, 7],
    ['/do/1/second/wait', 6, 21],
    ['/nothing', 1, 1],
  ])('has %s at %i:%i', (pointer, line, column) => {
    expect(source?.locate(pointer)).toEqual({ line, column });
  });

  it('has the text and the file', () => {
    expect(source).toMatchObject({ text, file: 'a.yaml' });
  });
});
