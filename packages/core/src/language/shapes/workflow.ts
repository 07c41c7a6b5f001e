/** The whole document: its header, and everything under it. */
import type { JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import { authenticationPolicy } from './authentication.ts';
import { expression } from './expressions.ts';
import { anything, isVersion, matching, oneOf, text, version } from './fields.ts';
import { type Check, child, describe, type Place, report, withTargets, withVariables } from './place.ts';
import { error, retryPolicy, timeout, timeoutOrName } from './policies.ts';
import { catalog, input, output } from './resources.ts';
import { schedule, scheduleMetadata } from './schedule.ts';
import { listOf, mapOf, namedEntry, nestedTasks, object } from './shape.ts';
import { task } from './task.ts';

export const workflow: Check = (value, place) => {
  if (isJsonObject(value) && !Object.hasOwn(value, 'document') && reportOlder(value, place)) return;
  document(value, place);
};

/** Documents before 1.0 have states instead of tasks: one sentence says more than an error per property. */
function reportOlder(value: JsonObject, place: Place): boolean {
  const sign = ['specVersion', 'states'].find((key) => Object.hasOwn(value, key));
  if (sign === undefined) return false;
  const message =
    'this is a workflow of the language 0.8 or older, which is not supported yet; supported is dsl 1.0.x, with ' +
    "'document' and 'do' at the top";
  report(child(place, sign), message, { type: 'key' });
  return true;
}

const dsl: Check = (value, place) => {
  if (typeof value !== 'string' || !isVersion(value)) version(value, place);
  else if (!value.startsWith('1.0.'))
    report(place, `the dsl version '${value}' is not supported; supported is 1.0.x, such as '1.0.3'`);
};

const label = (noun: string): Check =>
  matching(noun, /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, '1 to 63 letters, digits and hyphens');

const metadata: Check = (value, place) => {
  mapOf('the metadata', anything)(value, place);
  if (isJsonObject(value) && value.schedule !== undefined)
    scheduleMetadata(value.schedule, child(place, 'schedule'));
};

const header: Check = object(
  'the document',
  {
    dsl,
    namespace: label('the namespace'),
    name: label("the workflow's name"),
    version,
    title: text('the title'),
    summary: text('the summary'),
    tags: mapOf('the tags', anything),
    metadata,
  },
  { required: ['dsl', 'namespace', 'name', 'version'] },
);

const languages = ['jq'];

const evaluate: Check = object('the evaluation', {
  language: (value, place) => {
    if (typeof value === 'string' && languages.includes(value)) return;
    report(place, `expected the expression language jq but found ${describe(value)}`);
  },
  mode: oneOf('the mode', ['strict', 'loose']),
});

const extended = 'call composite emit for listen raise run set switch try wait all'.split(' ');

const extension: Check = object(
  'an extension',
  {
    extend: oneOf('the kind of task', extended),
    when: expression('the condition of the extension'),
    before: nestedTasks,
    after: nestedTasks,
  },
  { required: ['extend'] },
);

const extensions: Check = listOf('the extensions', (value, place) => {
  const named = namedEntry('an extension', value, place);
  if (named !== undefined) extension(named[1], child(place, named[0]));
});

const functionTask: Check = (value, place) => task(value, withTargets(place, { type: 'function' }));

/**
 * The expressions of a reusable part are evaluated where the part is used, so they are checked with the variables
 * of each such place; the places have been recorded before (`use` comes last). An unused part is checked on its own.
 */
function reusable(section: string, check: Check, known: readonly string[] = []): Check {
  return (value, place) => {
    const scopes = place.walk.uses.get(`${section}/${place.key}`);
    if (scopes === undefined) check(value, withVariables(place, known));
    else for (const variables of scopes.values()) check(value, { ...place, variables });
  };
}

// Sections whose tasks may refer to others stand before those.
const use: Check = object('the reusable parts', {
  functions: mapOf('the functions', functionTask),
  extensions,
  catalogs: mapOf('the catalogs', catalog),
  retries: mapOf('the retry policies', reusable('retries', retryPolicy, ['error'])),
  errors: mapOf('the errors', reusable('errors', error)),
  timeouts: mapOf('the timeouts', reusable('timeouts', timeout)),
  authentications: mapOf('the authentications', reusable('authentications', authenticationPolicy)),
  secrets: listOf('the secrets', text("a secret's name")),
});

/** Members that the language does not name are allowed here, and only here. */
const document: Check = object(
  'a workflow',
  {
    document: header,
    evaluate,
    input,
    do: nestedTasks,
    timeout: timeoutOrName,
    output,
    schedule,
    use,
  },
  { required: ['document', 'do'], open: true },
);
