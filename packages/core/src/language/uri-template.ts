import type { Json } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';

export type ExpandedUri =
  | { readonly ok: true; readonly uri: string }
  | { readonly ok: false; readonly message: string };

/**
 * Expands an RFC 6570 template of level 1 with the top-level members of `value`: `{name}` is the member of
 * exactly that name (`{pet.id}` is the key "pet.id"), percent-encoded. A missing or null member, or a value that
 * is not an object, gives nothing; a list or an object gives an error.
 *
 * @example expandTemplate('https://a.io/pets/{id}', { id: 'a b' }) // { ok: true, uri: 'https://a.io/pets/a%20b' }
 */
export function expandTemplate(template: string, value: Json): ExpandedUri {
  const fault = checkTemplate(template);
  if (fault !== undefined) return { ok: false, message: fault.message };
  let failure: string | undefined;
  const uri = template.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const member = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : null;
    if (member === null || member === undefined) return '';
    if (typeof member !== 'object') return encode(String(member));
    failure ??= `{${name}} in a URI template must be a text, a number or a boolean, not ${Array.isArray(member) ? 'a list' : 'an object'}`;
    return '';
  });
  return failure === undefined ? { ok: true, uri } : { ok: false, message: failure };
}

export interface TemplateFault {
  /** offset in the template, in UTF-16 units */
  readonly offset: number;
  readonly message: string;
}

/** What is wrong with a URI template, or undefined. */
export function checkTemplate(template: string): TemplateFault | undefined {
  for (let at = 0; at < template.length; at += 1) {
    const character = template[at] as string;
    if (character === '}') return { offset: at, message: "'}' without '{' in a URI template" };
    if (character === '{') {
      const end = template.indexOf('}', at);
      if (end === -1) return { offset: at, message: "'{' without '}' in a URI template" };
      const fault = nameFault(template.slice(at + 1, end));
      if (fault !== undefined) return { offset: at, message: fault };
      at = end;
    } else if (character <= ' ' || neverInUri.test(character)) {
      return { offset: at, message: `${quote(character)} is not allowed in a URI; write it percent-encoded` };
    }
  }
  return undefined;
}

const neverInUri = /[\s"<>\\^`|\u007f]/;

/** The operators of levels 2 to 4: they would mean something else than the name that they begin. */
const operators = '+#./;?&=,!@|';

function nameFault(name: string): string | undefined {
  if (name === '') return "expected a name between '{' and '}' in a URI template";
  if (operators.includes(name[0] as string) || /[*:,]/.test(name)) {
    return `'{${name}}' is not supported in a URI template: only simple names such as {id} are`;
  }
  // `{pet.id}`, with any letter, digit, '_', '-', '.' or percent-encoded byte.
  if (!/^(?:[\p{L}\p{N}_.-]|%[0-9A-Fa-f]{2})+$/u.test(name)) {
    return `'{${name}}' is not a variable of a URI template: a name has letters, digits, '_', '-' and '.'`;
  }
  return undefined;
}

function encode(text: string): string {
  // Lone surrogates have no UTF-8 form; encodeURIComponent would throw on them.
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function quote(character: string): string {
  return character === ' ' ? 'a space' : /\s/.test(character) ? 'white space' : `'${character}'`;
}
