/** The tests that a mutant of the rules is held against: those of the rules alone, so that one takes seconds. */
import { defineConfig } from 'vitest/config';

const condition = 'millrace-source';

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    include: [
      'packages/core/src/{rules,projections,golden}/**/*.test.ts',
      // Joins by quorum, which no definition asks for yet.
      'packages/core/src/program/beyond-dsl.test.ts',
    ],
    isolate: false,
    // Instrumented code on a busy machine: the first run must not end by the clock.
    testTimeout: 60_000,
    execArgv: [`--conditions=${condition}`],
  },
});
