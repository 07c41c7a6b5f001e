import { describe, expect, it } from 'vitest';
import { functionPlace, rawUri } from './resources.ts';

const raw = 'https://raw.githubusercontent.com/acme/catalog';

describe('a page of a repository', () => {
  it.each([
    [
      'https://github.com/acme/catalog/tree/main/functions/log/1.0.0/function.yaml',
      `${raw}/main/functions/log/1.0.0/function.yaml`,
    ],
    ['https://github.com/acme/catalog/blob/v1.2/a.json?plain=1', `${raw}/v1.2/a.json`],
    ['https://github.com/acme/catalog/a.yaml', `${raw}/HEAD/a.yaml`],
    [
      'https://gitlab.com/a/b/c/-/tree/main/x/function.yaml',
      'https://gitlab.com/a/b/c/-/raw/main/x/function.yaml',
    ],
    [
      'https://git.example.com/a/c/-/blob/v1/x.yaml?ref_type=heads',
      'https://git.example.com/a/c/-/raw/v1/x.yaml',
    ],
    ['https://gitlab.com/a/b/c/blob/main/x.yaml', 'https://gitlab.com/a/b/c/-/raw/main/x.yaml'],
    [
      'https://github.com/acme/catalog/releases/download/v1/f.yaml',
      'https://github.com/acme/catalog/releases/download/v1/f.yaml',
    ],
    ['https://example.com/tree/main/x.yaml', 'https://example.com/tree/main/x.yaml'],
    [`${raw}/main/x.yaml`, `${raw}/main/x.yaml`],
  ])('%s is read at %s', (page, uri) => {
    expect(rawUri(page)).toBe(uri);
  });
});

describe('a function of a call', () => {
  const catalogs = {
    hub: { endpoint: 'https://github.com/acme/catalog/tree/main/' },
    bare: { endpoint: { uri: 'https://github.com/acme/catalog' } },
    lab: { endpoint: 'https://gitlab.com/a/b/c' },
    older: { endpoint: 'https://gitlab.com/a/b/tree/main' },
    own: { endpoint: 'https://example.com/catalog' },
  };
  const of = (call: string) => functionPlace(call, catalogs);
  const at = 'functions/log/1.0.0/function.yaml';

  it.each([
    ['log:1.0.0@hub', `${raw}/main/${at}`],
    ['log:1.0.0@bare', `${raw}/HEAD/${at}`],
    ['log:1.0.0@lab', `https://gitlab.com/a/b/c/-/raw/HEAD/${at}`],
    ['log:1.0.0@older', `https://gitlab.com/a/b/-/raw/main/${at}`],
    ['log:1.0.0@own', `https://example.com/catalog/${at}`],
    ['https://github.com/acme/catalog/functions/log/1.0.0@v2', `${raw}/v2/${at}`],
    ['https://example.com/f.yaml', 'https://example.com/f.yaml'],
  ])('%s stands at %s', (call, uri) => {
    expect(of(call)).toMatchObject({ type: 'uri', uri });
  });

  it('is of the catalog of the server without one, or with `default`, unless the workflow declares that name', () => {
    const place = { type: 'default', name: 'log', version: '1.0.0' };
    expect([of('log:1.0.0'), of('log:1.0.0@default')]).toEqual([place, place]);
    const declared = { default: { endpoint: 'https://example.com' } };
    expect(functionPlace('log:1.0.0', declared)).toMatchObject({ uri: `https://example.com/${at}` });
    expect(of('log')).toBeUndefined();
  });
});
