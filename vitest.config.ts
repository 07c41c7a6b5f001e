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

/** They put other modules in the place of real ones, so each needs a realm of its own. */
const replacesModules = [
  'packages/server/src/simulation/planted{,-events,-places,-told}.test.ts',
  'packages/server/src/roles/broken-filters.test.ts',
];

/** It holds a running server against a clock. */
const measures = ['test/journeys/load.test.ts'];

/** The one kind of fuzzing that needs a server that was built. */
const overHttp = ['test/fuzz/http.test.ts'];

/** They fill disks and memory for half a minute: `npm run faults:processes` runs them. */
const long = process.env.MILLRACE_FAULTS === undefined ? ['test/faults/processes/{disk,limits}.test.ts'] : [];

/** Files side by side would all build what is stale. */
const built = ['test/support/build-setup.ts'];

/** The PostgreSQL of a run is stopped at its end. */
const postgres = ['test/support/postgres-setup.ts'];

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
          name: 'rules',
          include: [
            'packages',
            'conformance',
            'examples',
            'scripts',
            'bench',
            'test/house',
            'test/fuzz',
            'test/soak',
          ].map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...exclude, ...replacesModules, ...overHttp],
          globalSetup: postgres,
          // No file leaves anything behind for the next: one realm for all of a worker's files starts faster.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: { ...limits, name: 'planted', include: replacesModules, sequence: { groupOrder: 0 } },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts', 'test/faults/**/*.test.ts', ...overHttp],
          globalSetup: [...built, ...postgres],
          exclude: [...exclude, ...measures, ...long],
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'pages',
          // Files side by side draw without a graphics card.
          testTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
          // A worker's files hand on its browser's tabs: one that was used before opens a page at a third of the cost.
          isolate: false,
          include: ['test/pages/**/*.test.ts'],
          globalSetup: built,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'measured',
          include: measures,
          globalSetup: built,
          // One after the other, when all else is done.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
