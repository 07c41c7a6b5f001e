import { defineConfig } from 'vitest/config';

const condition = 'millrace-source';

const shared = {
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
};

const limits = {
  testTimeout: 20_000,
  hookTimeout: 30_000,
  // Threads that a driver starts read the sources as well.
  execArgv: [`--conditions=${condition}`],
};

const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  ...shared,
  test: {
    // Many tests wait for a process or a disk: two workers for a core.
    maxWorkers: 4,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'html'] },
    projects: [
      {
        ...shared,
        test: {
          ...limits,
          name: 'pure',
          include: ['packages/jq', 'packages/core', 'conformance'].map((folder) => `${folder}/**/*.test.ts`),
          exclude,
          // Pure code leaves nothing behind for the next file: one realm for all of them starts faster.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'rules',
          include: ['packages', 'scripts', 'examples', 'test/house'].map(
            (folder) => `${folder}/**/*.test.ts`,
          ),
          exclude: [...exclude, 'packages/jq/**', 'packages/core/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          // They start servers and measure them: one after the other, when all else is done.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
