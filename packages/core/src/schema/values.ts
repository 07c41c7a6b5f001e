/** A JSON object whose keys are all data: read it with `own` or `Object.keys`, never through the prototype. */
export type Fields = { readonly [key: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own member, or undefined. */
export function own(object: Fields, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The JSON type of a value; `integer` is told apart by the caller. Null for what JSON cannot hold. */
export function typeOf(value: unknown): string | null {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'object' || type === 'string' || type === 'number' || type === 'boolean' ? type : null;
}

const SHOWN_LENGTH_MAX = 60;

/** A value as an error message shows it: a scalar as JSON, cut short; a composite by its kind and size. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${count(value.length, 'item')}`;
  if (isFields(value)) return `an object with ${count(Object.keys(value).length, 'property', 'properties')}`;
  if (value === undefined) return 'nothing';
  return cut(typeof value === 'string' ? JSON.stringify(cut(value)) : String(value));
}

/** A value of the schema as an error message shows it. */
export function show(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value));
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** One token of a JSON pointer. */
export function pointerToken(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The number of code points of a text. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const low = text.charCodeAt(i + 1);
    if (low < 0xdc00 || low > 0xdfff) continue;
    length--;
    i++;
  }
  return length;
}

function cut(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
