import { isJsonObject, type Json } from '@millrace/core';
import { scalarText } from '../request-body.ts';
import type { Parameter } from './operation.ts';

type Encode = (text: string) => string;

/** The text that stands for `{name}` in a path. */
export function pathText(parameter: Parameter, value: Json): string {
  const encode = encoderOf(parameter);
  const name = encode(parameter.name);
  const { explode } = parameter;
  if (parameter.json) return encode(JSON.stringify(value));
  const items = itemsOf(value, explode, encode);
  switch (parameter.style) {
    case 'label':
      return `.${items.join(explode ? '.' : ',')}`;
    case 'matrix':
      if (isJsonObject(value) && explode) return items.map((item) => `;${item}`).join('');
      return explode ? items.map((item) => `;${name}=${item}`).join('') : `;${name}=${items.join(',')}`;
    default:
      return items.join(delimiterOf(parameter));
  }
}

/** The text that a parameter adds to a query, without `&`; empty: none. */
export function queryText(parameter: Parameter, value: Json): string {
  const encode = encoderOf(parameter);
  if (parameter.style === 'deepObject' && !parameter.json)
    return deepText(parameter.name, value, encode).join('&');
  return pairs(parameter, value, encode).join('&');
}

/** The value of a header: what stands there is not percent-encoded. */
export function headerText(parameter: Parameter, value: Json): string {
  if (parameter.json) return JSON.stringify(value);
  return itemsOf(value, parameter.explode, (text) => text).join(delimiterOf(parameter));
}

/** The text that a parameter adds to the `Cookie` header; empty: none. */
export function cookieText(parameter: Parameter, value: Json): string {
  return pairs(parameter, value, encodeComponent).join('; ');
}

function pairs(parameter: Parameter, value: Json, encode: Encode): readonly string[] {
  const name = encodeComponent(parameter.name);
  if (parameter.json) return [`${name}=${encode(JSON.stringify(value))}`];
  const items = itemsOf(value, parameter.explode, encode);
  if (!parameter.explode || typeof value !== 'object')
    return [`${name}=${items.join(delimiterOf(parameter))}`];
  return isJsonObject(value) ? items : items.map((item) => `${name}=${item}`);
}

/** Items of a list, members of an object (`name=value` when exploded, else names and values in turn), or the value. */
function itemsOf(value: Json, explode: boolean, encode: Encode): readonly string[] {
  if (Array.isArray(value)) return value.map((item: Json) => encode(scalarText(item)));
  if (!isJsonObject(value)) return [encode(scalarText(value))];
  const members = Object.entries(value).filter(([, item]) => item !== null);
  return members.flatMap(([name, item]) => {
    const text = encode(scalarText(item));
    return explode ? [`${encode(name)}=${text}`] : [encode(name), text];
  });
}

const nestingMax = 32;

function deepText(name: string, value: Json, encode: Encode, depth = 0): string[] {
  if (value === null) return [];
  if (typeof value !== 'object' || depth === nestingMax)
    return [`${encodeComponent(name)}=${encode(scalarText(value))}`];
  if (Array.isArray(value)) return value.flatMap((item: Json) => deepText(name, item, encode, depth + 1));
  return Object.entries(value).flatMap(([member, item]) =>
    deepText(`${name}[${member}]`, item, encode, depth + 1),
  );
}

/** Delimiters are percent-encoded where a URL cannot hold them. */
function delimiterOf({ style, in: place }: Parameter): string {
  const inUrl = place === 'path' || place === 'query';
  switch (style) {
    case 'spaceDelimited':
      return inUrl ? '%20' : ' ';
    case 'tabDelimited':
      return inUrl ? '%09' : '\t';
    case 'pipeDelimited':
      return inUrl ? '%7C' : '|';
    default:
      return ',';
  }
}

function encoderOf({ allowReserved }: Parameter): Encode {
  return allowReserved ? encodeReserved : encodeComponent;
}

function encodeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Leaves what RFC 3986 reserves, but for `#`, which would end the query. */
function encodeReserved(text: string): string {
  return encodeURI(text.toWellFormed()).replaceAll('#', '%23').replaceAll('%5B', '[').replaceAll('%5D', ']');
}
