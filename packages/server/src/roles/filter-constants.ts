/** What a filter asks to be equal to a constant, and what an event has in those places. */
import {
  type EventFilter,
  type Expression,
  isComparable,
  isJsonObject,
  type Json,
  type JsonObject,
  keyText,
} from '@millrace/core';

type Pattern = EventFilter['with'][number][1];
type Path = readonly string[];

export interface Constant {
  /** `key`: compared as correlations are, a number and its text being one */
  readonly place: { readonly path: Path; readonly as: 'value' | 'key' };
  readonly value: Json;
}

/** The type of event, empty when it names none as it is, and all else in the order of the places. */
export function constantsOf({ with: patterns, correlate }: EventFilter): {
  readonly type: string;
  readonly constants: readonly Constant[];
} {
  const named = patterns.flatMap(([name, pattern]) => constantsAt([name], pattern));
  const isType = ({ place: { path } }: Constant) => path.length === 1 && path[0] === 'type';
  const type = named.find(isType)?.value;
  const byPlace = new Map(
    [...named.filter((constant) => !isType(constant)), ...correlate.flatMap(expectedBy)].map((constant) => [
      JSON.stringify(constant.place),
      constant,
    ]),
  );
  const places = [...byPlace.keys()].sort();
  return {
    type: typeof type === 'string' ? type : '',
    constants: places.map((place) => byPlace.get(place) as Constant),
  };
}

export function valuesOf(constants: readonly Constant[]): string {
  return JSON.stringify(constants.map(({ value }) => value));
}

/** Undefined: there is no constant in one of the places. */
export function constantsIn(
  event: JsonObject,
  places: readonly Constant['place'][],
): readonly Json[] | undefined {
  const values: Json[] = [];
  for (const { path, as } of places) {
    let value: Json = event;
    for (const name of path) {
      if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
      value = value[name] as Json;
    }
    if (as === 'value' ? !isScalar(value) : value === null || !isComparable(value)) return undefined;
    values.push(as === 'value' ? value : keyText(value));
  }
  return values;
}

function constantsAt(path: Path, pattern: Pattern): readonly Constant[] {
  switch (pattern.type) {
    case 'object':
      return pattern.members.flatMap(([name, member]) => constantsAt([...path, name], member));
    case 'computed':
      return pattern.value.type === 'jq' ? equalitiesIn(path, pattern.value) : [];
    default: {
      const isConstant = pattern.type === 'equals' || !pattern.regex;
      return isConstant && isScalar(pattern.value)
        ? [{ place: { path, as: 'value' }, value: pattern.value }]
        : [];
    }
  }
}

/** What a correlation extracts by a path, and is to be. What it expects otherwise an execution knows. */
function expectedBy({ from, expect }: EventFilter['correlate'][number]): readonly Constant[] {
  const path = pathOf(from.source);
  if (expect?.type !== 'literal' || from.otherwise !== undefined || path === undefined) return [];
  if (expect.value === null || !isComparable(expect.value)) return [];
  return [{ place: { path, as: 'key' }, value: keyText(expect.value) }];
}

/**
 * Equalities with constants that have to hold for an expression to: `.order == "o-7"`, by itself or joined by `and`. An
 * expression that stands for its text when it fails may be meant by an event that has that text.
 */
function equalitiesIn(at: Path, { source, otherwise }: Expression): readonly Constant[] {
  if (otherwise !== undefined || source.length > sourceMax) return [];
  const found: Constant[] = [];
  // One part that is anything else leaves the others: all of them have to hold.
  for (const part of partsOf(source)) {
    const [, left = '', right = ''] = /^\s*(\S+)\s*==\s*(\S.*?)\s*$/.exec(part) ?? [];
    const path = pathOf(left);
    const value = constantIn(right);
    if (path !== undefined && value !== undefined)
      found.push({ place: { path: [...at, ...path], as: 'value' }, value });
  }
  return found;
}

const sourceMax = 1_000;

/** None, where anything may bind otherwise than `and` does: texts with `and` in them as well. */
function partsOf(source: string): readonly string[] {
  const parts = source.split(/\sand\s/);
  return parts.every((part) => plain.test(part)) ? parts : [];
}

const operand = String.raw`(?:(?:\.[A-Za-z_]\w*)+|\.|-?\d+|true|false|null|"[^"\\]*")`;
/** A comparison of paths and constants: no operator that binds looser, nothing in brackets, nothing that may yield nothing. */
const plain = new RegExp(String.raw`^\s*${operand}\s*(?:==|!=|<=?|>=?)\s*${operand}\s*$`);

/** `.data.order`; `.` is the value itself. */
function pathOf(source: string): Path | undefined {
  const text = source.trim();
  if (text === '.') return [];
  return /^(?:\.[A-Za-z_]\w*)+$/.test(text) ? text.slice(1).split('.') : undefined;
}

/** What is not there is null to jq, so null tells nothing; a number has to be the same when it is read from JSON. */
function constantIn(text: string): Json | undefined {
  if (/^"[^"\\]*"$/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) && text !== '-0' ? Number(text) : undefined;
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}
