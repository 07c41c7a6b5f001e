/** `https://service.example`: a service that answers in the ways that our own scenarios need. */
import { basicOf, ok, type Route } from './route.ts';
import { serviceDocument } from './service-document.ts';

export function serviceRoutes(): readonly Route[] {
  const attempts = new Map<string, number>();
  return [
    // An answer of any status, with a body that names it.
    {
      pattern: /^\/status\/(\d{3})(?:\/.*)?$/,
      answer: ([status]) => ({ status: Number(status), body: { status: Number(status) } }),
    },
    // What was asked, as it arrived.
    {
      pattern: /^\/echo(?:\/.*)?$/,
      answer: (_parts, { method, path, query, headers, body }) => ok({ method, path, query, headers, body }),
    },
    // 503 as often as the path says, then 200. The last part tells one caller from another.
    {
      pattern: /^\/flaky\/(\d+)\/([^/]+)$/,
      answer: ([failures, key = '']) => {
        const attempt = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, attempt);
        return attempt > Number(failures) ? ok({ attempt }) : { status: 503, body: { attempt } };
      },
    },
    {
      pattern: /^\/redirect\/(30[12378])(?:\/.*)?$/,
      answer: ([status], { query }) => ({
        status: Number(status),
        headers: { location: String(query.to ?? '/echo/redirected') },
      }),
    },
    {
      pattern: /^\/slow\/(\d{1,5})(?:\/.*)?$/,
      answer: ([ms]) => ({ ...ok({ waited: Number(ms) }), delayMs: Number(ms) }),
    },
    {
      pattern: /^\/text$/,
      answer: () => ({ status: 200, raw: 'plain text', headers: { 'content-type': 'text/plain' } }),
    },
    {
      pattern: /^\/bytes$/,
      answer: () => ({
        status: 200,
        raw: new Uint8Array([0, 1, 2, 250]),
        headers: { 'content-type': 'application/octet-stream' },
      }),
    },
    { pattern: /^\/empty$/, answer: () => ({ status: 204 }) },
    {
      pattern: /^\/json-suffix$/,
      answer: () => ({
        status: 200,
        raw: '{"suffix":true}',
        headers: { 'content-type': 'application/problem+json' },
      }),
    },
    {
      pattern: /^\/basic-auth\/([^/]+)\/([^/]+)$/,
      answer: ([user = '', password = ''], { headers }) =>
        headers.authorization === basicOf(decodeURIComponent(user), decodeURIComponent(password))
          ? ok({ authenticated: true, user })
          : { status: 401, body: null, headers: { 'www-authenticate': 'Basic realm="stand-in"' } },
    },
    {
      pattern: /^\/bearer\/([^/]+)$/,
      answer: ([token = ''], { headers }) =>
        headers.authorization === `Bearer ${decodeURIComponent(token)}`
          ? ok({ authenticated: true })
          : { status: 401, body: null, headers: { 'www-authenticate': 'Bearer' } },
    },
    {
      pattern: /^\/openapi\/(3\.0|3\.1)\.json$/,
      answer: ([edition = '']) => ok(serviceDocument(`${edition}.0`)),
    },
    {
      pattern: /^\/schemas\/person\.json$/,
      answer: () => ok({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }),
    },
    {
      pattern: /^\/(?:catalog\/)?functions\/double\/1\.0\.0\/function\.yaml$/,
      answer: () => ({
        status: 200,
        raw: 'set:\n  doubled: ${ .n * 2 }\n',
        headers: { 'content-type': 'application/yaml' },
      }),
    },
  ];
}
