import type { JsonObject } from '../../model/json.ts';
import { checkFree, code, computed, free } from './expressions.ts';
import { boolean, duration, freeScalar, freeText, isVersion, oneOf, text, versionHint } from './fields.ts';
import { type Check, child, describe, type Place, report } from './place.ts';
import { externalResource } from './resources.ts';
import { byType, listOf, mapOf, object } from './shape.ts';

const map = (noun: string): Check =>
  byType(`${noun} (an object or an expression)`, { object: mapOf(noun, free), text: computed(noun) });

/** A list since 1.0.3, a map before. */
const processArguments: Check = byType('the arguments (a list, an object or an expression)', {
  list: listOf('the arguments', freeScalar('an argument')),
  object: free,
  text: computed('the arguments'),
});

const lifetime: Check = object(
  "the container's lifetime",
  { cleanup: oneOf('the cleanup', ['always', 'never', 'eventually']), after: duration },
  { required: ['cleanup'], also: checkLifetime },
);

function checkLifetime(value: JsonObject, place: Place): void {
  const hasAfter = Object.hasOwn(value, 'after');
  if (value.cleanup === 'eventually' && !hasAfter) {
    report(
      place,
      "expected the property 'after' in the container's lifetime, since its cleanup is 'eventually'",
    );
  } else if (hasAfter && (value.cleanup === 'always' || value.cleanup === 'never')) {
    report(child(place, 'after'), "'after' is for the cleanup 'eventually' only", { type: 'key' });
  }
}

const container: Check = object(
  'the container',
  {
    image: freeText('the image'),
    name: freeText("the container's name"),
    command: freeText('the command'),
    ports: map('the ports'),
    volumes: map('the volumes'),
    environment: map('the environment'),
    stdin: freeText('the standard input'),
    arguments: processArguments,
    lifetime,
    pullPolicy: oneOf('the pull policy', ['ifNotPresent', 'always', 'never']),
  },
  { required: ['image'] },
);

const script: Check = object(
  'the script',
  {
    language: text("the script's language"),
    code,
    source: externalResource,
    stdin: freeText('the standard input'),
    arguments: processArguments,
    environment: map('the environment'),
  },
  { required: ['language'], exactlyOne: ['code', 'source'] },
);

const shell: Check = object(
  'the shell command',
  {
    command: freeText('the command'),
    stdin: freeText('the standard input'),
    arguments: processArguments,
    environment: map('the environment'),
  },
  { required: ['command'] },
);

/** A version that none can be published under is never found. */
const childVersion: Check = (value, place) => {
  const noun = "the workflow's version (three numbers such as 1.0.0, or latest)";
  if (typeof value !== 'string')
    report(place, `expected ${noun} but found ${describe(value)}${versionHint(value)}`);
  else if (value.includes('${') || place.walk.mode === 'loose') checkFree(value, place);
  else if (value !== 'latest' && !isVersion(value))
    report(place, `expected ${noun} but found ${describe(value)}`);
};

const workflow: Check = object(
  'the workflow to run',
  {
    namespace: freeText("the workflow's namespace"),
    name: freeText("the workflow's name"),
    version: childVersion,
    input: free,
  },
  { required: ['namespace', 'name'] },
);

/** A workflow has an output, and neither streams nor a code. */
function checkReturn(value: JsonObject, place: Place): void {
  const { return: returned } = value;
  if (!Object.hasOwn(value, 'workflow') || !['stderr', 'code', 'all'].includes(`${returned}`)) return;
  report(
    child(place, 'return'),
    `'${returned}' is for processes: of a workflow 'stdout' returns its output, and 'none' nothing`,
  );
}

export const run: Check = object(
  'a run',
  {
    container,
    script,
    shell,
    workflow,
    await: boolean('whether to await the end'),
    return: oneOf('what is returned', ['stdout', 'stderr', 'code', 'all', 'none']),
  },
  { exactlyOne: ['container', 'script', 'shell', 'workflow'], also: checkReturn },
);
