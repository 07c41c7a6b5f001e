/** Which documents show code of other files, and how they look when they are current. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../packages/server/src/api/operations.ts';
import { printEnvironmentExample } from '../packages/server/src/config/print.ts';
import { fillCommands } from './document-commands.ts';
import { conformancePage, fillConformance } from './document-conformance.ts';
import { fillOperations } from './document-operations.ts';
import { fillRegions, type ReadText } from './document-regions.ts';
import { fillSettings } from './document-settings.ts';
import { root } from './runtime.js';

export const apiPage = 'docs/api.md';

/** Paths of the manual's pages, of the READMEs that people read first, and of the settings as a file. */
export function documentsWithCode(): string[] {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const packages = readdirSync(join(root, 'packages'));
  return [
    '.env.example',
    'README.md',
    ...pages.map((name) => `docs/${name}`),
    ...packages.map((name) => `packages/${name}/README.md`),
    'examples/README.md',
    'examples/sdk/README.md',
  ];
}

/** The document with its regions, operations, settings and commands as their sources have them now. */
export function writeDocument(path: string, text: string, read: ReadText): string {
  const filled = fillRegions(text, read);
  switch (path) {
    case '.env.example':
      return printEnvironmentExample();
    case apiPage:
      return fillOperations(filled, operations);
    case 'docs/operating.md':
      return fillSettings(filled);
    case 'docs/cli.md':
      return fillCommands(filled);
    case conformancePage:
      return fillConformance(filled);
    default:
      return filled;
  }
}
