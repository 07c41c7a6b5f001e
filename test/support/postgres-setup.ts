/** Names a folder for the PostgreSQL of this run, which the first test that needs one starts, and stops it at the end. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { handleOf } from '../../scripts/postgres.js';

export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-postgres-'));
  project.provide('postgresFolder', folder);
  return async () => {
    const note = join(folder, 'server.json');
    if (existsSync(note)) await handleOf(JSON.parse(readFileSync(note, 'utf8'))).remove();
    rmSync(folder, { recursive: true, force: true });
  };
}
