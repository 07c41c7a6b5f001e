import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../conformance/server-process.ts';
import { ensureBuilt } from '../../scripts/build.js';
import { connect } from '../support/api.ts';
import { launcher } from '../support/millrace.ts';
import { openRecordingService } from '../support/recording-service.ts';

it('a server whose files are taken away under it goes on, and makes its first call', async () => {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-replaced-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(launcher, '..', '..'), folder, {
    recursive: true,
    filter: (path) => !/[/](src|node_modules)$/.test(path),
  });
  const service = await openRecordingService(() => 0);
  onTestFinished(() => service.close());
  const server = await startServer({
    launcher: join(folder, 'bin', 'millrace.js'),
    env: { MILLRACE_ALLOW: 'loopback' },
  });
  onTestFinished(async () => void (await server.stop()));
  rmSync(folder, { recursive: true });
  const api = connect(server.url);
  await api.deploy(`document: { dsl: '1.0.3', namespace: files, name: call, version: '1.0.0' }
do:
  - ask: { call: http, with: { method: post, endpoint: '${service.url}/steady', body: { execution: e, step: s } } }
`);
  const workflow = { namespace: 'files', name: 'call' };
  expect(await api.start({ workflow }, { wait: '20s' })).toMatchObject({ status: 'completed' });
  expect(service.requests).toHaveLength(1);
});
