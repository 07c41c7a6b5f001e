import { describe, expect, it } from 'vitest';
import { checkImports, rooms } from './import-table.ts';
import { format, listPaths, readFiles } from './source-files.ts';

const bad = (path: string, text: string) => format(checkImports({ path, text }));

describe('imports', () => {
  it('every import of every package is in the table', () => {
    const files = readFiles('.ts').filter(({ path }) => /^packages\/[a-z]+\/src\//.test(path));
    expect(files.length).toBeGreaterThan(0);
    expect(format(files.flatMap((file) => checkImports(file)))).toEqual([]);
  });

  it('every room of the table is there', () => {
    const paths = listPaths();
    const empty = rooms.filter(
      (room) => !paths.some((path) => path === room.path || path.startsWith(`${room.path}/`)),
    );
    expect(empty.map((room) => room.path)).toEqual([]);
  });

  it('the jq package may import nothing', () => {
    expect(bad('packages/jq/src/a.ts', "import { readFileSync } from 'node:fs';")).toHaveLength(1);
    expect(bad('packages/jq/src/a.ts', "import type { Json } from '@millrace/core';")).toHaveLength(1);
    expect(bad('packages/jq/src/a.ts', "import { b } from './b.ts';")).toEqual([]);
  });

  it('a role knows no driver, not even by a dynamic import', () => {
    const path = 'packages/server/src/roles/worker.ts';
    expect(bad(path, "import { openMemoryStore } from '../drivers/memory/store.ts';")).toHaveLength(1);
    expect(bad(path, "export * from '../drivers/memory/store.ts';")).toHaveLength(1);
    expect(bad(path, "const { openMemoryStore } = await import('../drivers/memory/store.ts');")).toHaveLength(
      1,
    );
    expect(bad(path, "import type { Store } from '../ports/store.ts';")).toEqual([]);
  });

  it('the API knows the interface of the engine by its types, and nothing else of it', () => {
    const path = 'packages/server/src/api/rest.ts';
    expect(bad(path, "import type { Engine } from '../engine/interface.ts';")).toEqual([]);
    expect(bad(path, "import { composeEngine } from '../engine/compose.ts';")).toHaveLength(1);
    expect(bad(path, "import type { Worker } from '../roles/worker.ts';")).toHaveLength(1);
  });

  it('a package is entered by its name and its door', () => {
    const path = 'packages/core/src/rules/decide.ts';
    expect(bad(path, "import { compile } from '../../../jq/src/index.ts';")).toHaveLength(1);
    expect(bad(path, "import { compile } from '@millrace/jq/src/compile.ts';")).toHaveLength(1);
    expect(bad(path, "import { compile } from '@millrace/jq';")).toEqual([]);
  });

  it('shipped code imports no test code', () => {
    expect(
      bad(
        'packages/server/src/drivers/memory/store.ts',
        "import { storeContract } from '../../ports/store.contract.ts';",
      ),
    ).toHaveLength(1);
    expect(
      bad(
        'packages/server/src/drivers/memory/store.test.ts',
        "import { storeContract } from '../../ports/store.contract.ts';",
      ),
    ).toEqual([]);
  });
});
