import { describe, expect, it } from 'vitest';
import { preferredType } from './accept.ts';
import { type AccessSettings, createAccess, refusalToServe } from './access.ts';

const access = (settings: Partial<AccessSettings> = {}) =>
  createAccess({ apiKeys: [], cors: [], host: '127.0.0.1', insecure: false, ...settings });

describe('API keys', () => {
  const keyed = access({ apiKeys: ['first', 'acme:second', 'Not A Tenant:third'] });

  it.each([
    [{ authorization: 'Bearer first' }, 'default'],
    [{ authorization: 'bearer second' }, 'acme'],
    [{ 'x-api-key': 'second' }, 'acme'],
    [{ 'x-api-key': 'Not A Tenant:third' }, 'default'],
  ])('%j is let in as its tenant', (headers, tenant) => {
    expect(keyed.authenticate(headers)).toBe(tenant);
  });

  it.each([
    {},
    { authorization: 'Bearer ' },
    { authorization: 'Basic first' },
    { authorization: 'Bearer firs' },
    { 'x-api-key': 'acme:second' },
  ])('%j is not', (headers) => {
    expect(() => keyed.authenticate(headers)).toThrow(/API key/);
  });

  it('without keys everyone is the tenant default', () => {
    expect(access().authenticate({})).toBe('default');
  });
});

describe('pages of the web', () => {
  it('may not change anything on a server without keys, unless their origin is listed', () => {
    const headers = { host: 'localhost:8080', origin: 'https://evil.example' };
    expect(() => access().checkOrigin('POST', headers)).toThrow('may not call');
    expect(access({ cors: ['https://evil.example'] }).checkOrigin('POST', headers)).toBe(true);
    expect(access().checkOrigin('GET', headers)).toBe(false);
  });

  it('of the server itself may', () => {
    expect(access().checkOrigin('POST', { host: 'localhost:8080', origin: 'http://localhost:8080' })).toBe(
      false,
    );
  });

  it('may not reach a local server under a foreign name, as DNS rebinding does', () => {
    expect(() => access().checkOrigin('GET', { host: 'evil.example:8080' })).toThrow('local name');
    for (const host of ['127.0.0.1:1', 'localhost', '[::1]:8080'])
      expect(access().checkOrigin('GET', { host })).toBe(false);
  });

  it('is no concern of a server with keys', () => {
    const keyed = access({ apiKeys: ['k'] });
    expect(keyed.checkOrigin('POST', { host: 'flows.example', origin: 'https://evil.example' })).toBe(false);
  });
});

it.each([
  [{ host: '0.0.0.0' }, true],
  [{ host: '::' }, true],
  [{ host: '0.0.0.0', insecure: true }, false],
  [{ host: '0.0.0.0', apiKeys: ['k'] }, false],
  [{ host: 'localhost' }, false],
])('%j: refused is %s', (settings, refused) => {
  expect(refusalToServe({ apiKeys: [], cors: [], insecure: false, ...settings }) !== undefined).toBe(refused);
});

it.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/event-stream', 'text/event-stream'],
  ['application/json;q=0.1, text/event-stream;q=0.9', 'text/event-stream'],
  ['text/*, application/json;q=0.5', 'text/event-stream'],
  ['text/event-stream;q=0, */*', 'application/json'],
  ['image/png', undefined],
])('Accept: %s gives %s', (accept, type) => {
  expect(preferredType(accept, ['application/json', 'text/event-stream'])).toBe(type);
});
