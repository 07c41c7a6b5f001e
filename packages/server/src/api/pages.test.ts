import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './test-support/test-server.ts';

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<meta name="style-nonce" content="STYLE_NONCE"><title>Pages</title>',
  );
  writeFileSync(join(folder, 'assets', 'main-abc123.js'), 'export const plain = 1;');
  writeFileSync(join(folder, 'assets', 'main-abc123.js.gz'), gzipSync('export const plain = 1;'));
  writeFileSync(join(folder, 'theme.js'), 'theme();');
  writeFileSync(join(folder, 'notes.secret'), 'not a page');
  server = await openTestServer({}, { pages: folder });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('the web pages', () => {
  it('the first page stands at / whatever is accepted', async () => {
    const answer = await server.send('GET', '/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('<title>Pages</title>');
  });

  it('an address of a page, reloaded in a browser, is answered with the first page', async () => {
    for (const path of ['/executions/a.b', '/workflows/ns/name/1.0.0', '/system']) {
      const answer = await server.send('GET', path, undefined, html);
      expect([path, answer.status, answer.text.includes('Pages')]).toEqual([path, 200, true]);
    }
  });

  it('an unknown address of the API stays a problem document, even in a browser', async () => {
    for (const path of ['/api/v1/nothing', '/assets/gone.js']) {
      const answer = await server.send('GET', path, undefined, html);
      expect([path, answer.status, answer.body.type]).toEqual([path, 404, 'urn:millrace:problem:not-found']);
    }
  });

  it('a program that asks for an unknown address gets a problem document', async () => {
    const answer = await server.send('GET', '/no-such-page', undefined, { accept: 'application/json' });
    expect([answer.status, answer.body.type]).toEqual([404, 'urn:millrace:problem:not-found']);
  });

  it('only scripts of this server run, and each answer has a nonce of its own', async () => {
    const [one, two] = [await server.send('GET', '/'), await server.send('GET', '/')];
    const policy = one.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    expect(one.text).toContain(`content="${nonce}"`);
    expect(two.text).not.toContain(nonce);
  });

  it('a file with a digest in its name is kept for ever, others are asked for again', async () => {
    const asset = await server.send('GET', '/assets/main-abc123.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const theme = await server.send('GET', '/theme.js');
    expect(theme.headers.get('cache-control')).toBe('no-cache');
    const tag = theme.headers.get('etag') ?? '';
    expect((await server.send('GET', '/theme.js', undefined, { 'if-none-match': tag })).status).toBe(304);
  });

  it('a file that lies there compressed is sent so to those who take it, and only to them', async () => {
    const packed = await server.send('GET', '/assets/main-abc123.js', undefined, {
      'accept-encoding': 'gzip',
    });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.text).toBe('export const plain = 1;');
    const refused = { 'accept-encoding': 'gzip;q=0, identity' };
    const plain = await server.send('GET', '/assets/main-abc123.js', undefined, refused);
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.text).toBe('export const plain = 1;');
  });

  it('nothing but the files of the pages can be reached', async () => {
    for (const path of ['/notes.secret', '/assets/..%2f..%2fetc/passwd', '/%2e%2e/package.json'])
      expect([path, (await server.send('GET', path)).status]).toEqual([path, 404]);
  });

  it('pages that are built anew are served without a restart, and what is gone is said to be', async () => {
    const built = mkdtempSync(join(tmpdir(), 'millrace-pages-'));
    mkdirSync(join(built, 'assets'));
    writeFileSync(join(built, 'index.html'), 'first');
    writeFileSync(join(built, 'assets', 'a-1.js'), '1');
    const other = await openTestServer({}, { pages: built });
    expect((await other.send('GET', '/')).text).toBe('first');
    rmSync(join(built, 'assets', 'a-1.js'));
    const gone = await other.send('GET', '/assets/a-1.js');
    expect([gone.status, gone.body.type]).toEqual([404, 'urn:millrace:problem:not-found']);
    writeFileSync(join(built, 'assets', 'a-2.js'), '2');
    writeFileSync(join(built, 'index.html'), 'second');
    utimesSync(join(built, 'index.html'), 2_000_000_000, 2_000_000_000);
    expect((await other.send('GET', '/')).text).toBe('second');
    expect((await other.send('GET', '/assets/a-2.js')).status).toBe(200);
    await other.close();
    rmSync(built, { recursive: true });
  });

  it('a page that is not built says how to build it', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'millrace-pages-'));
    const bare = await openTestServer({}, { pages: empty });
    const answer = await bare.send('GET', '/', undefined, html);
    expect([answer.status, answer.body.detail.includes('npm run build')]).toEqual([404, true]);
    await bare.close();
    rmSync(empty, { recursive: true });
  });
});
