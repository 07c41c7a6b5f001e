import type { Json, JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import { type TaskKeyword, taskKinds } from '../document.ts';
import { catchVariable, forVariables } from '../scope.ts';
import { suggest } from '../suggest.ts';
import { checkCall } from './call.ts';
import { consumption, emission, foreach, reading } from './events.ts';
import { checkFree, expression, free } from './expressions.ts';
import { anything, boolean, duration, freeText, integer, orExpression, variable } from './fields.ts';
import { flowTarget } from './flow.ts';
import { type Check, child, describe, type Place, report, withVariables } from './place.ts';
import { errorOrName, retryOrName, timeoutOrName } from './policies.ts';
import { exported, input, output } from './resources.ts';
import { run } from './run.ts';
import {
  byType,
  isMistyped,
  listOf,
  mapOf,
  namedEntry,
  nestedTasks,
  type ObjectOptions,
  object,
  ofEach,
} from './shape.ts';

/** One task: what all tasks have, and the members of its kind. */
export const task: Check = (value, place) => {
  if (!isJsonObject(value)) {
    report(place, `expected a task (an object) but found ${describe(value)}`);
    return;
  }
  const found = taskKinds.filter((kind) => Object.hasOwn(value, kind));
  const [kind, second] = Object.hasOwn(value, 'for') ? found.filter((each) => each !== 'do') : found;
  if (kind === undefined) reportNoKind(value, place);
  else if (second !== undefined) {
    report(child(place, second), `a task does one thing but this one has both '${kind}' and '${second}'`, {
      type: 'key',
    });
  } else shapes[kind](value, place);
};

const kindNames = [...taskKinds].sort().join(', ');

function reportNoKind(value: JsonObject, place: Place): void {
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(common, key));
  const meant = unknown.find((key) => suggest(key, taskKinds) !== undefined) ?? unknown[0];
  if (meant === undefined) {
    report(place, `expected one of ${kindNames} in a task but found none`);
    return;
  }
  const hint = suggest(meant, taskKinds);
  report(
    child(place, meant),
    `expected one of ${kindNames} but found '${meant}'${hint === undefined ? '' : `; did you mean '${hint}'?`}`,
    { type: 'key' },
  );
}

const metadata = mapOf('the metadata', anything);

const common: Readonly<Record<string, Check>> = {
  if: expression('the condition of the task'),
  input,
  output,
  export: exported,
  timeout: timeoutOrName,
  then: flowTarget,
  metadata,
};

function kindOf(
  kind: TaskKeyword,
  fields: Readonly<Record<string, Check>>,
  { required = [], elsewhere = {} }: Pick<ObjectOptions, 'required' | 'elsewhere'> = {},
): Check {
  const article = kind === 'emit' ? 'an' : 'a';
  return object(`${article} ${kind} task`, { ...common, ...fields }, { required, elsewhere });
}

const set: Check = byType('what to set (an object or an expression)', {
  object: (value, place) => {
    if (isJsonObject(value) && Object.keys(value).length === 0)
      report(place, 'expected at least one property to set');
    else checkFree(value, place);
  },
  text: free,
});

const forClause: Check = object(
  'a for',
  {
    each: variable("the item's name"),
    in: byType('what to iterate over (an expression or a list)', {
      text: expression('what to iterate over'),
      list: listOf('what to iterate over', free),
    }),
    at: variable("the index's name"),
  },
  { required: ['in'], elsewhere: ofEach('do while', "stands beside 'for'") },
);

const switchCase: Check = object(
  'a case',
  { when: expression('the condition of the case'), then: flowTarget },
  { required: ['then'] },
);

const switchCases: Check = (value, place) => {
  if (!Array.isArray(value) || value.length === 0) {
    report(
      place,
      `expected cases (a list of '- name: …') but found ${Array.isArray(value) ? 'an empty list' : describe(value)}`,
    );
    return;
  }
  let defaultCase: string | undefined;
  for (const [index, entry] of value.entries()) {
    const at = child(place, index);
    const named = namedEntry('a case', entry, at);
    if (named === undefined) continue;
    const [name, content] = named;
    switchCase(content, child(at, name));
    if (
      !isJsonObject(content) ||
      Object.hasOwn(content, 'when') ||
      isMistyped(content, 'when', ['when', 'then'])
    )
      continue;
    if (defaultCase === undefined) defaultCase = name;
    else
      report(
        child(at, name),
        `a switch has one default case but '${defaultCase}' and '${name}' have no 'when'`,
        { type: 'key' },
      );
  }
};

const errorFilter: Check = (value, place) => {
  errorFilterFields(value, place);
  if (isJsonObject(value) && Object.keys(value).length === 0)
    report(place, 'expected at least one member to match errors by');
};

const errorFilterFields: Check = object('the filter of the errors', {
  type: freeText('the type'),
  status: orExpression(integer('the status', 100, 999)),
  instance: freeText('the instance'),
  title: freeText('the title'),
  detail: freeText('the detail'),
  details: freeText('the detail'),
});

const catchFields: Check = object('a catch', {
  errors: object(
    'the errors to catch',
    { with: errorFilter },
    { elsewhere: ofEach('type status instance title detail', "stands in 'with'") },
  ),
  as: variable("the error's name"),
  when: expression('the condition to catch'),
  exceptWhen: expression('the exception from the catch'),
  retry: retryOrName,
  do: nestedTasks,
  then: flowTarget,
});

const caught: Check = (value, place) => {
  const name = isJsonObject(value) ? catchVariable(value) : undefined;
  catchFields(value, typeof name === 'string' ? withVariables(place, [name]) : place);
};

const forCommon = kindOf(
  'for',
  { for: forClause, while: anything, do: anything },
  { elsewhere: ofEach('each in at', "stands in 'for'") },
);

/** What follows `for` sees its variables; the task's own input, output and conditions do not. */
const forTask: Check = (value, place) => {
  if (!isJsonObject(value)) return;
  forCommon(value, place);
  const names = isJsonObject(value.for) ? forVariables(value.for) : undefined;
  const known =
    names === undefined ? [] : [names.item, names.index].filter((name) => typeof name === 'string');
  const inner = withVariables(place, known);
  for (const key of ['while', 'do']) {
    if (Object.hasOwn(value, key)) loopFields[key]?.(value[key] as Json, child(inner, key));
  }
  if (!Object.hasOwn(value, 'do') && !isMistyped(value, 'do', ['do', 'for', 'while', ...Object.keys(common)]))
    report(place, "expected the property 'do' in a for task");
};

const loopFields: Readonly<Record<string, Check>> = {
  while: expression('the condition to go on'),
  do: nestedTasks,
};

const shapes: Readonly<Record<TaskKeyword, Check>> = {
  call: object(
    'a call task',
    { ...common, call: anything, with: anything },
    {
      also: checkCall,
      elsewhere: ofEach(
        'method endpoint headers query body document operationId parameters',
        "stands in 'with'",
      ),
    },
  ),
  do: kindOf('do', { do: nestedTasks }),
  emit: kindOf('emit', {
    emit: object(
      'an emit',
      { event: emission },
      { required: ['event'], elsewhere: ofEach('with', "stands in 'event'") },
    ),
  }),
  for: forTask,
  fork: kindOf('fork', {
    fork: object(
      'a fork',
      {
        branches: (value, place) => place.walk.branches(value, place),
        compete: boolean('whether the branches compete'),
      },
      { required: ['branches'] },
    ),
  }),
  listen: kindOf(
    'listen',
    {
      listen: object(
        'a listen',
        { to: consumption, read: reading },
        {
          required: ['to'],
          elsewhere: {
            ...ofEach('one any all', "stands in 'to'"),
            until: "stands in 'to', beside 'any'",
            foreach: "stands beside 'listen'",
          },
        },
      ),
      foreach,
    },
    { elsewhere: ofEach('to read', "stands in 'listen'") },
  ),
  raise: kindOf('raise', {
    raise: object(
      'a raise',
      { error: errorOrName },
      {
        required: ['error'],
        elsewhere: ofEach('type status title detail instance', "stands in 'error'"),
        meant: (name) => `error: ${name}`,
      },
    ),
  }),
  run: kindOf('run', { run }),
  set: kindOf('set', { set }),
  switch: kindOf('switch', { switch: switchCases }),
  try: kindOf(
    'try',
    { try: nestedTasks, catch: caught },
    { required: ['catch'], elsewhere: ofEach('retry', "stands in 'catch'") },
  ),
  wait: kindOf('wait', { wait: duration }),
};
