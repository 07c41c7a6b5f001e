import { isIpv6 } from './formats-host.ts';
import { parseUri } from './uri.ts';

/** RFC 3986 URI: with a scheme. */
export function isUri(text: string): boolean {
  return isReference(text, ASCII) && parseUri(text).scheme !== '';
}

/** RFC 3986 URI or relative reference. */
export function isUriReference(text: string): boolean {
  return isReference(text, ASCII);
}

/** RFC 3987 IRI, leniently: any character beyond ASCII where a URI takes letters. */
export function isIri(text: string): boolean {
  return isReference(text, WIDE) && parseUri(text).scheme !== '';
}

/** RFC 3987 IRI or relative reference, as leniently. */
export function isIriReference(text: string): boolean {
  return isReference(text, WIDE);
}

interface Characters {
  readonly userinfo: RegExp;
  readonly name: RegExp;
  readonly path: RegExp;
  readonly query: RegExp;
}

const ASCII = characters('');
const WIDE = characters('\\u00a0-\\ufdff\\ufe00-\\uffef\\u{10000}-\\u{10ffff}');

function characters(more: string): Characters {
  const row = (extra: string): RegExp => {
    return new RegExp(`^(?:[A-Za-z0-9._~!$&'()*+,;=${extra}${more}\\-]|%[0-9A-Fa-f]{2})*$`, 'u');
  };
  return { userinfo: row(':'), name: row(''), path: row(':@\\/'), query: row(':@\\/?') };
}

function isReference(text: string, { userinfo, name, path, query }: Characters): boolean {
  const parts = parseUri(text);
  // Without a scheme, a colon in the first segment would make one.
  if (parts.scheme === '' && parts.authority === null && /^[^/]*:/.test(parts.path)) return false;
  if (parts.authority !== null && !isAuthority(parts.authority, userinfo, name)) return false;
  return path.test(parts.path) && query.test(parts.query ?? '') && query.test(parts.fragment ?? '');
}

function isAuthority(authority: string, userinfo: RegExp, name: RegExp): boolean {
  const at = authority.indexOf('@');
  if (at >= 0 && !userinfo.test(authority.slice(0, at))) return false;
  const rest = authority.slice(at + 1);
  const literal = /^\[([^\]]*)\](?::[0-9]*)?$/.exec(rest);
  if (literal !== null)
    return (
      isIpv6(literal[1] ?? '') || /^v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$/i.test(literal[1] ?? '')
    );
  const port = rest.lastIndexOf(':');
  if (port >= 0 && !/^[0-9]*$/.test(rest.slice(port + 1))) return false;
  return name.test(port < 0 ? rest : rest.slice(0, port));
}
