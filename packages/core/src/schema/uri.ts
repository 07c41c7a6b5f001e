/** Resolves a URI reference against a base, after RFC 3986 section 5.2. */
export function resolveUri(base: string, reference: string): string {
  const ref = parseUri(reference);
  if (ref.scheme !== '') return compose({ ...ref, path: withoutDots(ref.path) });
  const from = parseUri(base);
  if (ref.authority !== null) return compose({ ...ref, scheme: from.scheme, path: withoutDots(ref.path) });
  const { scheme, authority } = from;
  if (ref.path === '') {
    return compose({
      scheme,
      authority,
      path: from.path,
      query: ref.query ?? from.query,
      fragment: ref.fragment,
    });
  }
  const path = ref.path.startsWith('/') ? ref.path : merge(from, ref.path);
  return compose({ scheme, authority, path: withoutDots(path), query: ref.query, fragment: ref.fragment });
}

/** Splits a URI at its `#`; the fragment is decoded and '' when there is none. Null if it cannot be decoded. */
export function splitFragment(uri: string): { readonly uri: string; readonly fragment: string } | null {
  const at = uri.indexOf('#');
  if (at < 0) return { uri, fragment: '' };
  try {
    return { uri: uri.slice(0, at), fragment: decodeURIComponent(uri.slice(at + 1)) };
  } catch {
    return null;
  }
}

/** The parts of a URI reference; an absent authority, query or fragment is null, an absent scheme ''. */
export interface UriParts {
  readonly scheme: string;
  readonly authority: string | null;
  readonly path: string;
  readonly query: string | null;
  readonly fragment: string | null;
}

// The expression of RFC 3986, appendix B; every part ends at a character the next begins with, so it is linear.
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;

/** Takes a URI reference apart; every text has parts, so this does not tell whether it is well-formed. */
export function parseUri(uri: string): UriParts {
  const [, scheme = '', authority = null, path = '', query = null, fragment = null] = PARTS.exec(uri) ?? [];
  return { scheme, authority, path, query, fragment };
}

function compose(parts: UriParts): string {
  const scheme = parts.scheme === '' ? '' : `${parts.scheme}:`;
  const authority = parts.authority === null ? '' : `//${parts.authority}`;
  const query = parts.query === null ? '' : `?${parts.query}`;
  const fragment = parts.fragment === null ? '' : `#${parts.fragment}`;
  return scheme + authority + parts.path + query + fragment;
}

function merge(base: UriParts, path: string): string {
  if (base.authority !== null && base.path === '') return `/${path}`;
  return base.path.slice(0, base.path.lastIndexOf('/') + 1) + path;
}

function withoutDots(path: string): string {
  if (!path.includes('.')) return path;
  const kept: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, i) => {
    const isLast = i === segments.length - 1;
    if (segment === '..') {
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== '')) kept.pop();
      if (isLast) kept.push('');
    } else if (segment === '.') {
      if (isLast) kept.push('');
    } else kept.push(segment);
  });
  return kept.join('/');
}
