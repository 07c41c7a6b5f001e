import type { Json, JsonObject } from '../../model/json.ts';
import { readFunctionName } from '../function-name.ts';
import { didYouMean } from '../suggest.ts';
import { computed, free } from './expressions.ts';
import { type Check, child, describe, type Place, report, shorten } from './place.ts';
import { protocols } from './protocols.ts';
import { byType, isMistyped } from './shape.ts';

/** Checks `call` and `with` of a call task together: the one says what the other holds. */
export function checkCall(task: JsonObject, place: Place): void {
  const { call } = task;
  if (typeof call !== 'string' || call === '') {
    report(
      child(place, 'call'),
      `expected ${protocolNames}, or the name of a function, but found ${describe(call)}`,
    );
    return;
  }
  const protocol = protocols.get(call);
  if (protocol === undefined) {
    checkFunction(call, child(place, 'call'));
    if (Object.hasOwn(task, 'with')) functionArguments(task.with as Json, child(place, 'with'));
  } else if (Object.hasOwn(task, 'with')) {
    protocol(task.with as Json, child(place, 'with'));
  } else if (!isMistyped(task, 'with', ['with'])) {
    report(place, `expected the property 'with' in a call of ${call}`);
  }
}

/** A name in `use.functions`, `name:version@catalog`, or the URL of a function's definition. */
function checkFunction(call: string, place: Place): void {
  const read = readFunctionName(call);
  if (read?.type === 'uri') return;
  const { functions, catalogs } = place.walk.names;
  if (functions.has(call)) return;
  const uri = nearUri(call);
  if (uri !== undefined) {
    report(
      place,
      `'${shorten(call)}' names no function; one that stands in a file is called by its URI: ${uri}`,
    );
    return;
  }
  if (read === undefined) {
    const hint = didYouMean(call, [...protocols.keys(), ...functions]);
    report(
      place,
      `unknown function '${shorten(call)}'; expected ${protocolNames}, or a function of use.functions${hint}`,
    );
    return;
  }
  const { catalog } = read;
  if (catalog === undefined || catalog === 'default' || catalogs.has(catalog)) return;
  report(
    place,
    `no catalog '${shorten(catalog)}' in use.catalogs${didYouMean(catalog, ['default', ...catalogs])}`,
    {
      type: 'inside',
      offset: call.length - catalog.length,
    },
  );
}

/** The URI that a path may stand for, or a URI whose path has no slash: that would be a name and a version. */
function nearUri(call: string): string | undefined {
  const [, scheme, path = ''] = /^(?:(file|https?):)?([^:@\s]+\.(?:ya?ml|json))$/.exec(call) ?? [];
  if (path === '') return undefined;
  if (scheme?.startsWith('http')) return `${scheme}://${shorten(path)}`;
  return `file:${path.startsWith('/') || path.startsWith('.') ? '' : './'}${shorten(path)}`;
}

const functionArguments: Check = byType('the arguments of the function (an object or an expression)', {
  object: free,
  text: computed('the arguments of the function'),
});

const protocolNames = [...protocols.keys()].join(', ');
