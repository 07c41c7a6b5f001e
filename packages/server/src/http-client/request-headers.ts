/** Header names are compared in lower case; the first writing of a name is the one that is sent. */
export type Headers = Readonly<Record<string, string>>;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that frame the message or belong to one connection: the client writes them itself. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What is wrong with headers that shall be sent; `undefined`: nothing. A line break would begin another header. */
export function headerFault(headers: Headers): string | undefined {
  for (const name in headers) {
    if (!token.test(name)) return `${JSON.stringify(name)} is not a header name`;
    if (framing.has(name.toLowerCase()))
      return `the header "${name}" is set by the HTTP client and cannot be chosen`;
    if (!fieldValue.test(headers[name] ?? ''))
      return `the value of the header "${name}" holds a character that a header cannot hold`;
  }
  return undefined;
}

export function hasHeader(headers: Headers, lowerCaseName: string): boolean {
  return headerValue(headers, lowerCaseName) !== undefined;
}

export function headerValue(headers: Headers, lowerCaseName: string): string | undefined {
  for (const name in headers) {
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return headers[name];
  }
  return undefined;
}

export function withoutHeaders(headers: Headers, lowerCaseNames: ReadonlySet<string>): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !lowerCaseNames.has(name.toLowerCase())),
  );
}
