/** JSON as it comes in: the API's reader and jq's, against `JSON.parse`. */
import { isDeepStrictEqual } from 'node:util';
import { compile, JqError } from '@millrace/jq';
import fc from 'fast-check';
import { parseJsonText } from '../../packages/server/src/api/json-text.ts';
import { MillraceError } from '../../packages/server/src/errors.ts';
import { holdsThread } from './cpu-time.ts';
import { damaged } from './damage.ts';
import { type Filled, fill, filled } from './filled.ts';
import { asTarget, type Target } from './target.ts';

const depthMax = 64;
const readJson = compile('fromjson');

export function jsonTarget(): Target {
  return asTarget<Filled>({ name: 'json', inputs: jsonInputs(), check: (input) => checkText(fill(input)) });
}

function jsonInputs(): fc.Arbitrary<Filled> {
  const value = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
  const text = fc
    .tuple(value, fc.constantFrom(undefined, 1, '\t'))
    .map(([given, indent]) => JSON.stringify(given, null, indent));
  const once = (texts: fc.Arbitrary<string>) => texts.map((all): Filled => [[all, 1]]);
  const piece = fc.constantFrom(
    '[',
    '{"a":',
    '"a",',
    '1,',
    ' ',
    '\\',
    '\\\\',
    '"',
    '{"a":1},',
    '"\\u0061":1,',
    '[],',
    '\n',
    '-',
    '0',
    'é',
    ']',
    'true,',
  );
  return fc.oneof(
    { arbitrary: once(text), weight: 20 },
    { arbitrary: once(text.chain(damaged)), weight: 40 },
    { arbitrary: once(twins()), weight: 5 },
    { arbitrary: filled(piece), weight: 1 },
  );
}

/** Objects with a member twice, or nearly. */
function twins(): fc.Arbitrary<string> {
  const name = fc.constantFrom('"a"', '"\\u0061"', '"b"', '"__proto__"', '"1"', '"a "');
  return fc
    .array(name, { minLength: 2, maxLength: 3 })
    .map((names) => `[{${names.map((each) => `${each}:{"a":1}`).join(',')}}]`);
}

function checkText(text: string): string | undefined {
  const expected = attempt(() => JSON.parse(text) as unknown);
  const slow = holdsThread(Buffer.byteLength(text), () => attempt(() => parseJsonText(text, { depthMax })));
  if (slow !== undefined) return slow;
  return wrongAnswer(text, expected) ?? wrongByJq(text, expected);
}

type Attempt =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

function attempt(read: () => unknown): Attempt {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    return { ok: false, error };
  }
}

function wrongAnswer(text: string, expected: Attempt): string | undefined {
  const found = attempt(() => parseJsonText(text, { depthMax }));
  if (found.ok && !expected.ok) return 'is taken, though it is not JSON';
  if (found.ok)
    return expected.ok && isDeepStrictEqual(found.value, expected.value)
      ? undefined
      : 'is read as another value';
  const { error } = found;
  if (!(error instanceof MillraceError) || error.code !== 'bad-request') return `throws ${String(error)}`;
  const why = error.message;
  if (expected.ok && !/is there twice|nested deeper/.test(why)) return `is JSON, but refused: ${why}`;
  const [place] = (error.details.errors ?? []) as { line: number; column: number }[];
  const lines = text.split('\n');
  const isThere =
    place !== undefined && place.column >= 1 && place.column <= (lines[place.line - 1]?.length ?? -1) + 1;
  return isThere ? undefined : `is refused at a place that is not in the text: ${why}`;
}

/** jq takes more than JSON (`nan`, several spaces), but never less, and never throws what is no error of jq's. */
function wrongByJq(text: string, expected: Attempt): string | undefined {
  const found = attempt(() =>
    readJson.first(text, [], { budget: { stepsMax: 10_000_000, sizeMax: 2 ** 28 } }),
  );
  if (!found.ok && !(found.error instanceof JqError)) return `makes fromjson throw ${String(found.error)}`;
  if (!expected.ok || text.trim() === '') return undefined;
  if (!found.ok)
    return /depth/i.test(String(found.error))
      ? undefined
      : `is JSON, but fromjson says ${String(found.error)}`;
  return isDeepStrictEqual(found.value, expected.value) ? undefined : 'is read by fromjson as another value';
}
