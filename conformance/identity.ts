import type { Definition } from './runtime.ts';
import { isRecord, readYaml } from './steps/values.ts';

/** The name that a definition gives itself. Throws when it has none. */
export function identityOf({ text }: Definition): {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
} {
  const value = readYaml(text);
  const document = isRecord(value) ? value.document : undefined;
  if (!isRecord(document)) throw new Error('the definition has no document');
  return { namespace: `${document.namespace}`, name: `${document.name}`, version: `${document.version}` };
}
