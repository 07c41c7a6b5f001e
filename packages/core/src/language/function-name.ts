/** What `call` names besides a protocol and a function of `use.functions`. */
export type FunctionName =
  | { readonly type: 'uri' }
  | {
      readonly type: 'cataloged';
      readonly name: string;
      readonly version: string;
      readonly catalog?: string;
    };

/**
 * Reads `name:version`, `name:version@catalog`, or the URI of a function's definition; undefined: it is none of these.
 *
 * @example readFunctionName('log:1.0.0@lib') // { type: 'cataloged', name: 'log', version: '1.0.0', catalog: 'lib' }
 */
export function readFunctionName(call: string): FunctionName | undefined {
  // `file:` needs no authority. Its path has a slash, which neither the name nor the version of a function has.
  if (/^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|file:[^@]*\/)/.test(call)) return { type: 'uri' };
  const [, name, version, catalog] = /^([^:@\s]+):([^:@\s]+)(?:@([^:@\s]+))?$/.exec(call) ?? [];
  if (name === undefined || version === undefined) return undefined;
  return { type: 'cataloged', name, version, ...(catalog === undefined ? {} : { catalog }) };
}
