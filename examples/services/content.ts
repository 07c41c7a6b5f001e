/** Lists in pages, a table in CSV, a web site with a rate limit, mirrors of files. */
import { Refusal, type Routes, required } from './service.ts';

const customers = Array.from({ length: 23 }, (_, index) => ({
  id: index + 1,
  name: `Customer ${index + 1}`,
}));
const pageItems = 10;

const sales = `region,product,quantity,price
north,tea,10,4.50
south,tea,3,4.50
north,cup,2,12.00
south,pot,1,30.25
east,tea,n/a,4.50
`;

const site: Readonly<Record<string, { readonly title: string; readonly links: readonly string[] }>> = {
  index: { title: 'Home', links: ['about', 'blog'] },
  about: { title: 'About us', links: ['index'] },
  blog: { title: 'Blog', links: ['first-post', 'index'] },
  'first-post': { title: 'The first post', links: ['blog', 'about'] },
};

/** The site wants this much time between two calls. */
const siteIntervalMs = 50;

const mirrors: Readonly<Record<string, { readonly delayMs: number; readonly broken?: true }>> = {
  broken: { delayMs: 5, broken: true },
  near: { delayMs: 150 },
  far: { delayMs: 2_000 },
};

export function createContent(): Routes {
  let lastVisitAt = 0;
  return {
    'GET /customers': ({ query }) => {
      const page = Number(required(query.get('page'), 'page'));
      const items = customers.slice((page - 1) * pageItems, page * pageItems);
      return { body: { items, next: page * pageItems < customers.length ? page + 1 : null } };
    },

    'GET /exports/sales.csv': () => ({ body: sales, headers: { 'content-type': 'text/csv' } }),
    'POST /warehouse/:table': ({ body }) => ({
      status: 201,
      body: { rows: Array.isArray(body) ? body.length : 1 },
    }),

    'GET /site/:page': ({ params }) => {
      const now = Date.now();
      const early = now - lastVisitAt < siteIntervalMs;
      lastVisitAt = now;
      if (early) throw new Refusal(429, 'slow down');
      const page = site[params.page ?? ''];
      if (page === undefined) throw new Refusal(404, `there is no page ${params.page}`);
      return { body: page };
    },

    'GET /mirrors/:mirror/:file': ({ params }) => {
      const mirror = mirrors[params.mirror ?? ''];
      if (mirror === undefined) throw new Refusal(404, `there is no mirror ${params.mirror}`);
      if (mirror.broken) return { delayMs: mirror.delayMs, status: 502, body: 'bad gateway' };
      return { delayMs: mirror.delayMs, body: { mirror: params.mirror, file: params.file, bytes: 4096 } };
    },
  };
}
