/** The tests that a mutant of the rules is held against: those of the rules alone, so that one takes seconds. */
import { defineConfig } from 'vitest/config';

const condition = 'millrace-source';

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    include: ['packages/core/src/{rules,projections,golden}/**/*.test.ts'],
    isolate: false,
    execArgv: [`--conditions=${condition}`],
  },
});
