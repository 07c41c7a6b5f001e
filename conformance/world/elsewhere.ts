/** The other hosts that the official examples call: each answers as the example expects it. */
import { ok, type Route } from './route.ts';

const home = 'https://swapi.dev/api/planets/1/';

/** In place of the catalog's own, which is a script. */
const logFunction = `input:
  schema: { document: { type: object, required: [message] } }
set: { logged: '\${ .message }' }
`;

export const elsewhereRoutes: readonly Route[] = [
  { pattern: /^\/api\/people\/(\d+)$/, answer: ([id]) => ok({ name: `Person ${id}`, homeworld: home }) },
  {
    pattern: /^\/api\/people\/$/,
    answer: (_parts, { query }) =>
      ok({ count: 1, results: [{ name: `found ${query.search}`, homeworld: home }] }),
  },
  { pattern: /^\/api\/planets\/1\/$/, answer: () => ok({ name: 'Planet 1' }) },
  { method: 'PUT', pattern: /^\/api\/v3\/alert\/(nurses|doctor)$/, answer: ([who]) => ok({ alerted: who }) },
  { method: 'POST', pattern: /^\/api\/bet\/on\/football$/, answer: () => ok({ accepted: true }) },
  { method: 'POST', pattern: /^\/api\/v1\/(notify|backup\/start)$/, answer: () => ok({ accepted: true }) },
  { method: 'POST', pattern: /^\/api\/v4\/cars\/([^/]*)\/start$/, answer: ([car]) => ok({ started: car }) },
  { method: 'POST', pattern: /^\/room\/([^/]*)$/, answer: ([room]) => ok({ posted: room }) },
  { pattern: /^\/sample$/, answer: () => ok({ sample: true }) },
  {
    pattern: /^\/serverlessworkflow\/catalog\/main\/functions\/log\/1\.0\.0\/function\.yaml$/,
    answer: () => ({ status: 200, raw: logFunction, headers: { 'content-type': 'application/yaml' } }),
  },
  { pattern: /^\/api$/, answer: () => ({ status: 503, body: { message: 'out of order' } }) },
];
