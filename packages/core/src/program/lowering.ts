import type { ExtendedKind, Named, Use } from '../language/document.ts';
import type { ExpressionMode } from '../language/expression.ts';
import type { AppliedExtension, FunctionSource } from './program.ts';

/** What lowering one document keeps at hand. */
export interface Lowering {
  readonly mode: ExpressionMode;
  readonly use: Use;
  /** functions that the host registered */
  readonly functions: ReadonlySet<string>;
  readonly unsupported: { pointer: string; feature: string }[];
  /** what stands around tasks of a kind; empty within extensions, which are not extended themselves */
  readonly extensions: readonly KnownExtension[];
  /** functions that were lowered, and those that are being lowered: a function may call itself */
  readonly custom: Map<string, FunctionSource | undefined>;
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
