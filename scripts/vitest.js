/** Runs vitest on the recent Node and reads back how many tests passed, failed and were skipped. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runNode } from './runtime.js';

/** Resolves to vitest's exit code and the counts; a run that ended before it could count has failed once. */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  const file = join(folder, 'counts.json');
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'counts-reporter.js')}`];
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const code = await runNode([vitest, 'run', ...reporters, ...args], {
      env: { TEST_COUNTS_FILE: file },
    });
    const counts = readCounts(file);
    const isSound = code === 0 || counts.failed > 0;
    return { code: code || (counts.failed > 0 ? 1 : 0), counts: isSound ? counts : { ...counts, failed: 1 } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The plain line that every test command ends with. */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
