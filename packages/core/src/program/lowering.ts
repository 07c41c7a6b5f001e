import type { ExtendedKind, Named, Task, Use } from '../language/document.ts';
import type { ExpressionMode } from '../language/expression.ts';
import type { AppliedExtension, FunctionSource, Node } from './program.ts';
import type { MissingResource, ResourceFault, Resources } from './resources.ts';

/** How the texts of a document are read. */
export interface Texts {
  readonly mode: ExpressionMode;
}

/** What lowering one document keeps at hand. */
export interface Lowering extends Texts {
  readonly use: Use;
  /** functions that the host registered */
  readonly functions: ReadonlySet<string>;
  readonly unsupported: { pointer: string; feature: string }[];
  /** what stands around tasks of a kind; empty within extensions, which are not extended themselves */
  readonly extensions: readonly KnownExtension[];
  /** functions that were lowered, and those that are being lowered: a function may call itself */
  readonly custom: Map<string, FunctionSource | undefined>;
  /** what was read for this document, by key */
  readonly resources: Resources;
  readonly missing: MissingResource[];
  readonly faults: ResourceFault[];
  /** what relative URIs are relative to: the resource that is being lowered, if it is one */
  readonly base?: string;
  /** within a resource: the place of the document that names it */
  readonly namedAt?: string;
  readonly lowerTask: (task: Task, start: { name: string; pointer: string }, lowering: Lowering) => Node;
}

export interface KnownExtension {
  readonly extend: ExtendedKind;
  readonly applied: AppliedExtension;
}

/** Notes a part that is understood and not run yet. */
export function refuse(lowering: Lowering, pointer: string, feature: string): void {
  lowering.unsupported.push({ pointer, feature });
}

/** The entry of a `use` section: `parse` has refused names that are not there. */
export function used<T>(section: Named<T> | undefined, name: string): T {
  const entry = section !== undefined && Object.hasOwn(section, name) ? section[name] : undefined;
  if (entry === undefined) throw new Error(`broken rule: \`use\` declares ${name}`);
  return entry;
}
