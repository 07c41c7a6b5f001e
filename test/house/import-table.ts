/**
 * What may import what. Imports point inwards: jq knows nobody, the core knows jq, and in the server the surfaces
 * know the engine's interface, which knows the ports. What is not listed here is forbidden.
 */
import { posix } from 'node:path';
import { isTestCode, lineAt, type SourceFile, type Violation } from './source-files.ts';
import { type Import, importsOf, parseSource } from './syntax.ts';

/** A folder or file of the sources; the longest `path` that a file is under is its room. */
export interface Room {
  readonly path: string;
  /** rooms and packages it may use */
  readonly uses: readonly string[];
  /** rooms and packages of which it may know the types only */
  readonly types?: readonly string[];
}

const server = 'packages/server/src';
const sdk = 'packages/sdk/src';
const everyPackage = ['@millrace/jq', '@millrace/core', 'millrace', '@millrace/sdk'];

export const rooms: readonly Room[] = [
  { path: 'packages/jq/src', uses: [] },
  { path: 'packages/core/src', uses: ['@millrace/jq', 'yaml'] },

  // `#millrace` is the server's package, or nothing in a browser.
  { path: `${sdk}/engine`, uses: [sdk, `${sdk}/task`, '#millrace'], types: ['millrace', '@millrace/core'] },
  { path: `${sdk}/task`, uses: [sdk, '@millrace/core'] },
  { path: `${sdk}/builder`, uses: [sdk, '@millrace/core'], types: [`${sdk}/task`] },
  { path: `${sdk}/client`, uses: [sdk], types: ['@millrace/core'] },
  { path: `${sdk}/index.ts`, uses: [sdk, `${sdk}/client`, `${sdk}/engine`, `${sdk}/task`, `${sdk}/builder`] },
  { path: sdk, uses: [], types: ['@millrace/core'] },

  { path: `${server}/errors.ts`, uses: [] },
  { path: `${server}/lru.ts`, uses: [] },
  { path: `${server}/without-password.ts`, uses: [] },
  { path: `${server}/suggest.ts`, uses: [] },
  { path: `${server}/postgres-address.ts`, uses: [`${server}/suggest.ts`] },
  { path: `${server}/ports`, uses: [], types: ['@millrace/core'] },
  {
    path: `${server}/drivers`,
    uses: [
      `${server}/ports`,
      `${server}/errors.ts`,
      `${server}/postgres-address.ts`,
      `${server}/without-password.ts`,
      'pg',
      'yaml',
      'node:',
    ],
    types: ['@millrace/core'],
  },
  {
    path: `${server}/http-client`,
    uses: [`${server}/errors.ts`, 'undici', 'ipaddr.js', 'node:', '@millrace/core'],
    types: [`${server}/ports`],
  },
  {
    path: `${server}/effects`,
    uses: [
      `${server}/http-client`,
      `${server}/errors.ts`,
      `${server}/lru.ts`,
      '@millrace/core',
      '@millrace/jq',
      'jose',
      'oauth4webapi',
      'yaml',
      'node:',
    ],
    types: [`${server}/ports`],
  },
  {
    path: `${server}/roles`,
    uses: [`${server}/ports`, `${server}/errors.ts`, '@millrace/core'],
    types: [`${server}/effects`],
  },
  { path: `${server}/engine/interface.ts`, uses: [], types: ['@millrace/core', `${server}/ports`] },
  {
    path: `${server}/engine`,
    uses: [
      `${server}/roles`,
      `${server}/ports`,
      `${server}/drivers`,
      `${server}/effects`,
      `${server}/http-client`,
      `${server}/errors.ts`,
      `${server}/lru.ts`,
      `${server}/engine/interface.ts`,
      '@millrace/core',
      'node:',
    ],
  },
  { path: `${server}/log`, uses: ['node:'] },
  { path: `${server}/metrics`, uses: ['node:'], types: [`${server}/ports`, '@millrace/core'] },
  {
    path: `${server}/config`,
    uses: [
      `${server}/errors.ts`,
      `${server}/postgres-address.ts`,
      `${server}/suggest.ts`,
      `${server}/without-password.ts`,
      '@millrace/core',
      'typebox',
      'yaml',
      'node:',
    ],
  },
  {
    path: `${server}/api`,
    uses: [
      `${server}/errors.ts`,
      `${server}/suggest.ts`,
      `${server}/config`,
      `${server}/log`,
      `${server}/metrics`,
      '@millrace/core',
      'fastify',
      'typebox',
      'yaml',
      'node:',
    ],
    types: [`${server}/engine/interface.ts`, `${server}/ports`],
  },
  {
    path: `${server}/cli`,
    uses: [
      `${server}/engine`,
      `${server}/engine/interface.ts`,
      `${server}/api`,
      `${server}/config`,
      `${server}/log`,
      `${server}/metrics`,
      `${server}/drivers`,
      `${server}/errors.ts`,
      `${server}/postgres-address.ts`,
      `${server}/suggest.ts`,
      `${server}/without-password.ts`,
      '@millrace/core',
      '@millrace/jq',
      'yaml',
      'node:',
    ],
    types: [`${server}/ports`],
  },
  {
    path: `${server}/simulation`,
    uses: [
      `${server}/roles`,
      `${server}/ports`,
      `${server}/drivers`,
      `${server}/engine`,
      `${server}/errors.ts`,
      '@millrace/core',
      'node:',
    ],
    types: [`${server}/engine/interface.ts`],
  },
  {
    path: `${server}/embedded.ts`,
    uses: [
      `${server}/engine`,
      `${server}/effects`,
      `${server}/errors.ts`,
      `${server}/without-password.ts`,
      '@millrace/core',
    ],
    types: [`${server}/engine/interface.ts`, `${server}/http-client`, `${server}/ports`],
  },
  {
    path: `${server}/index.ts`,
    uses: [`${server}/embedded.ts`, `${server}/engine`, `${server}/errors.ts`],
    types: [`${server}/effects`, `${server}/engine/interface.ts`, `${server}/ports`, '@millrace/core'],
  },

  {
    path: 'packages/web/src',
    uses: [
      '@millrace/core',
      'react',
      'react-dom',
      '@base-ui/react',
      '@tanstack/react-query',
      '@tanstack/react-router',
      '@tanstack/react-virtual',
      '@xyflow/react',
      'elkjs',
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/lang-yaml',
      '@codemirror/language',
      '@codemirror/lint',
      '@codemirror/state',
      '@codemirror/view',
      '@lezer/highlight',
    ],
    types: ['@millrace/sdk'],
  },
];

/** What a test file may use besides what its room may. */
const usedByTests = [
  server,
  sdk,
  'esbuild',
  'typebox',
  'vitest',
  'fast-check',
  'node:',
  'yaml',
  'undici',
  ...everyPackage,
];

export function checkImports(file: SourceFile, table: readonly Room[] = rooms): Violation[] {
  const room = roomOf(file.path, table);
  if (!room)
    return [
      { path: file.path, message: 'stands in no room of the import table (test/house/import-table.ts)' },
    ];
  const { program } = parseSource(file);
  return importsOf(program).flatMap((each) => {
    const message = refuse(file, room, each, table);
    return message ? [{ path: file.path, line: lineAt(file.text, each.start), message }] : [];
  });
}

/** The sentence that says what is wrong with an import, or nothing. */
function refuse(file: SourceFile, room: Room, each: Import, table: readonly Room[]): string | undefined {
  if (each.from.startsWith('.')) return refuseFile(file, room, each, table);
  const name = packageOf(each.from);
  if (name !== each.from && everyPackage.includes(name)) {
    return `imports '${each.from}': a package is entered by its own door, '${name}'`;
  }
  if (isAllowed(name, each, room, isTestCode(file.path))) return undefined;
  return `imports '${each.from}', which ${room.path} may not use`;
}

function refuseFile(file: SourceFile, room: Room, each: Import, table: readonly Room[]): string | undefined {
  // `?raw` takes a file's text; a page takes it from its own folder.
  if (/\.\w+\?raw$/.test(each.from)) return undefined;
  const target = posix.join(posix.dirname(file.path), each.from);
  // A script that runs before anything is installed is JavaScript.
  const extensions =
    isTestCode(file.path) && target.startsWith('scripts/') ? /\.(ts|js)$/ : /\.(ts|tsx|css|json)$/;
  if (!extensions.test(each.from)) return `imports '${each.from}' without its extension`;
  if (target.endsWith('/package.json') && target.startsWith(packageFolder(file.path))) return undefined;
  // What a script measures, a test holds.
  if (isTestCode(file.path) && target.startsWith('scripts/')) return undefined;
  if (packageFolder(target) !== packageFolder(file.path))
    return `imports '${each.from}' out of another package: use its name`;
  const isTest = isTestCode(file.path);
  if (isTestCode(target)) return isTest ? undefined : `imports the test code '${each.from}'`;
  const other = roomOf(target, table);
  if (!other) return `imports '${each.from}', which stands in no room of the import table`;
  if (other.path === room.path || isAllowed(other.path, each, room, isTest)) return undefined;
  return `imports '${each.from}', but ${room.path} may not use ${other.path}`;
}

function isAllowed(name: string, each: Import, room: Room, isTest: boolean): boolean {
  const names = [...room.uses, ...(each.isType ? (room.types ?? []) : []), ...(isTest ? usedByTests : [])];
  return names.some((allowed) => allowed === name || (isTest && name.startsWith(`${allowed}/`)));
}

function roomOf(path: string, table: readonly Room[]): Room | undefined {
  // A test stands in the room of what it tests.
  const tested = path.replace(/\.test\.ts$/, '.ts');
  const holds = ({ path: room }: Room) => tested === room || path.startsWith(`${room}/`);
  return table.filter(holds).sort((a, b) => b.path.length - a.path.length)[0];
}

function packageFolder(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** `@scope/name/file` → `@scope/name`; every module of Node counts as `node:`. */
function packageOf(name: string): string {
  if (name.startsWith('node:')) return 'node:';
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}
