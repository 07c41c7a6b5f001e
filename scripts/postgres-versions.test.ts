import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { installVersion, postgresVersions } from './postgres-versions.js';

const isOffered = process.platform === 'linux' && process.arch === 'x64';

describe.skipIf(!isOffered)('programs of another PostgreSQL (for Linux on x64)', () => {
  test('are asked for where POSTGRES_ARCHIVES says, and refused when the archive is not the one that is known', async () => {
    const asked = await serveArchives(200, 'not the archive');
    const cache = emptyFolder();
    await expect(installVersion('17', cache)).rejects.toThrow(postgresVersions[17]?.sha256);
    expect(asked).toEqual([expect.stringMatching(/^\/maven\/io\/zonky\/.*\/17\.\d+\.0\/[^/]+\.jar$/)]);
    expect(readdirSync(cache)).toEqual([]);
  });

  test('that cannot be had are an error that names the address, and leave nothing', async () => {
    await serveArchives(404, '');
    const cache = emptyFolder();
    await expect(installVersion('17', cache)).rejects.toThrow(/http:\/\/127\.0\.0\.1.*17.*answered with 404/);
    expect(readdirSync(cache)).toEqual([]);
  });

  test('of a version that is not offered are refused, and those that are offered are told', async () => {
    await expect(installVersion('11', emptyFolder())).rejects.toThrow('one of 12, 13, 14, 15, 16, 17, 18');
  });
});

async function serveArchives(status: number, body: string): Promise<readonly string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('POSTGRES_ARCHIVES', `http://127.0.0.1:${(server.address() as AddressInfo).port}/maven/`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
  return asked;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-versions-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
