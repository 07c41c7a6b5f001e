import type { JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import { foreachVariables } from '../scope.ts';
import { expectation, expression, free } from './expressions.ts';
import { filledText, freeText, matching, oneOf, orExpression, uri, variable } from './fields.ts';
import { type Check, child, describe, type Place, report, shorten, withVariables } from './place.ts';
import { exported, output } from './resources.ts';
import { byType, lazy, listOf, mapOf, nestedTasks, object, ofEach } from './shape.ts';

export const reading: Check = oneOf('how events are read', ['data', 'envelope', 'raw']);

const dateTime = matching(
  "the event's time",
  /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/,
  'a date and time such as 2030-01-31T12:00:00Z',
);

const attributes: Readonly<Record<string, Check>> = {
  id: filledText("the event's id"),
  source: uri("the event's source"),
  type: filledText("the event's type"),
  time: orExpression(dateTime),
  subject: freeText("the event's subject"),
  datacontenttype: freeText("the data's content type"),
  dataschema: uri("the data's schema"),
  data: free,
};

/** The event that a task emits: members beyond the CloudEvents attributes are extension attributes. */
export const emission: Check = object(
  'the event to emit',
  {
    with: object("the event's attributes", attributes, {
      required: ['type'],
      open: true,
      also: checkExtensions,
    }),
  },
  { required: ['with'], open: true },
);

function checkExtensions(value: JsonObject, place: Place): void {
  checkSpelling(value, place);
  for (const [key, member] of Object.entries(value)) {
    if (!Object.hasOwn(attributes, key)) free(member, child(place, key));
  }
}

/** Names of attributes are in lower case, so `dataContentType` is a slip and no extension. */
function checkSpelling(value: JsonObject, place: Place): void {
  for (const key of Object.keys(value)) {
    const plain = key.toLowerCase().replace(/[-_]/g, '');
    if (plain === key || !Object.hasOwn(attributes, plain)) continue;
    report(child(place, key), `unknown attribute '${shorten(key)}' of an event; did you mean '${plain}'?`, {
      type: 'key',
    });
  }
}

const filterAttributes: Check = (value, place) => {
  if (!isJsonObject(value) || Object.keys(value).length === 0) {
    report(
      place,
      `expected the attributes to match (an object with at least one) but found ${emptyOr(value)}`,
    );
    return;
  }
  checkSpelling(value, place);
  checkTexts(value, place);
  free(value, place);
};

/** Attributes are texts: what asks for anything else is met by no event. */
function checkTexts(value: JsonObject, place: Place): void {
  for (const [key, member] of Object.entries(value)) {
    if (key === 'data' || !Object.hasOwn(attributes, key) || typeof member === 'string') continue;
    report(child(place, key), `expected the attribute '${key}' to be a text but found ${describe(member)}`);
  }
}

function emptyOr(value: Parameters<Check>[0]): string {
  return isJsonObject(value) ? 'an empty object' : describe(value);
}

/** The same array for all, by which checks are remembered. */
const noVariables: readonly string[] = [];

/** It is computed once for an event and all that wait for it, so it knows nothing of any of them. */
const extraction: Check = (value, place) =>
  expression('what to correlate by')(value, { ...place, variables: noVariables });

const correlation: Check = object(
  'a correlation',
  { from: extraction, expect: expectation },
  { required: ['from'], meant: (from) => `from: ${from}` },
);

const eventFilter: Check = object(
  'an event filter',
  { with: filterAttributes, correlate: mapOf('the correlations', correlation) },
  { required: ['with'], elsewhere: ofEach(Object.keys(attributes).join(' '), "stands in 'with'") },
);

/** The events to wait for: `all` of them, `any` (until a condition or other events), or `one`. */
export const consumption: Check = strategy(
  byType('the end of the listening (an expression, or events to wait for)', {
    text: expression('the end of the listening'),
    object: lazy(() => strategy(undefined)),
  }),
);

function strategy(until: Check | undefined): Check {
  return object(
    'the events to wait for',
    {
      all: listOf('event filters', eventFilter),
      any: listOf('event filters', eventFilter),
      one: eventFilter,
      ...(until === undefined ? {} : { until }),
    },
    {
      exactlyOne: ['all', 'any', 'one'],
      elsewhere: ofEach('with', "stands in 'one', or in an item of 'any' or 'all'"),
      also: checkUntil,
    },
  );
}

function checkUntil(value: JsonObject, place: Place): void {
  if (!Object.hasOwn(value, 'until') || Object.hasOwn(value, 'any')) return;
  report(child(place, 'until'), "'until' is for 'any' only", { type: 'key' });
}

/** What is done with each event or message as it comes. */
export const foreach: Check = (value, place) => {
  const names = isJsonObject(value) ? foreachVariables(value) : undefined;
  const known =
    names === undefined ? [] : [names.item, names.index].filter((name) => typeof name === 'string');
  iterator(value, withVariables(place, known));
};

const iterator: Check = object('the iterator', {
  item: variable("the item's name"),
  at: variable("the index's name"),
  do: nestedTasks,
  output,
  export: exported,
});
