/** The syntax tree of a source file, by the parser that vitest itself brings. */
import { parseSync } from 'vite';
import type { SourceFile } from './source-files.ts';

/** A node of the tree (ESTree with TypeScript's nodes): its members are read by name. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

export interface Comment {
  readonly value: string;
  readonly start: number;
}

/** An import or re-export of another module. */
export interface Import {
  readonly from: string;
  /** nothing of it is there at run time */
  readonly isType: boolean;
  readonly start: number;
}

/** Parses a file; throws with the place when it is not well formed. */
export function parseSource(file: SourceFile): {
  readonly program: Node;
  readonly comments: readonly Comment[];
} {
  const { program, comments, errors } = parseSync(file.path, file.text);
  if (errors[0]) throw new Error(`${file.path}: ${errors[0].message}`);
  return { program: program as unknown as Node, comments };
}

/** Where a node hangs in the tree. */
export interface Place {
  /** the nodes around it, innermost first */
  readonly around: readonly Node[];
  /** the member of the innermost that holds it */
  readonly member: string;
}

/** Calls `visit` for every node, parents first. */
export function walk(root: Node, visit: (node: Node, place: Place) => void): void {
  const descend = (node: Node, place: Place) => {
    visit(node, place);
    const around = [node, ...place.around];
    for (const [member, value] of Object.entries(node)) {
      const children: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const child of children) if (isNode(child)) descend(child, { around, member });
    }
  };
  descend(root, { around: [], member: '' });
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The name when `node` is an identifier. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined;
}

const importTypes = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** Every module that a file names, in any form of import. */
export function importsOf(program: Node): Import[] {
  const imports: Import[] = [];
  walk(program, (node) => {
    if (!importTypes.has(node.type) || !isNode(node.source)) return;
    const from = typeof node.source.value === 'string' ? node.source.value : '(computed)';
    imports.push({ from, isType: isTypeOnly(node), start: node.start });
  });
  return imports.sort((a, b) => a.start - b.start);
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType') return true;
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers : [];
  const kinds = specifiers.map((each: Node) => each.importKind ?? each.exportKind);
  return kinds.length > 0 && kinds.every((kind) => kind === 'type');
}
