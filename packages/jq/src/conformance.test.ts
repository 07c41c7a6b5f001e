import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runConformance } from '../../../scripts/conformance-jq.ts';

const FOLDER = fileURLToPath(new URL('../../../../shared/jq/', import.meta.url));
const FILES = ['jq.test', 'man.test'].map((name) => FOLDER + name);
const arePresent = FILES.every((file) => existsSync(file));

describe('conformance', () => {
  it.skipIf(!arePresent)(
    `97 % of jq's own tests pass${arePresent ? '' : ' (skipped: jq.test and man.test are not here)'}`,
    () => {
      const { passed, failures } = runConformance(FILES);
      expect(passed).toBeGreaterThan(700);
      expect(passed / (passed + failures.length), JSON.stringify(failures, null, 1)).toBeGreaterThanOrEqual(
        0.97,
      );
    },
  );
});
