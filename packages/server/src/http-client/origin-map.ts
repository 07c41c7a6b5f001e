/**
 * Origins that are reached elsewhere, such as a public API that a stand-in answers for. The request stays that of
 * the original origin in everything but the place it is sent to.
 */
export interface OriginMap {
  /** Where the requests for an origin go; `undefined`: to the origin itself. */
  target(origin: string): string | undefined;
}

/** Parses `{ "https://api.example.com": "http://127.0.0.1:4010" }`; anything but two origins is a `TypeError`. */
export function parseOriginMap(entries: Readonly<Record<string, string>>): OriginMap {
  const targets = new Map(Object.entries(entries).map(([from, to]) => [parseOrigin(from), parseOrigin(to)]));
  return { target: (origin) => targets.get(origin) };
}

function parseOrigin(text: string): string {
  const url = URL.parse(text);
  const plain =
    url !== null && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError(
      `"${text}" is not an origin: an origin is http:// or https:// with a host and no path, such as https://api.example.com`,
    );
  }
  return url.origin;
}
