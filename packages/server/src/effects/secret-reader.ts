import { isJsonObject, type Json } from '@millrace/core';
import type { Secrets } from '../ports/secrets.ts';
import { fault } from './fault.ts';
import { createRedactor, plainRedactor, type Redactor } from './redactor.ts';

/** The secrets that one deed reads, and what must therefore not leave it. */
export interface SecretReader {
  /** A secret of the tenant; one that does not exist is an `authorization` fault that names it. */
  read(name: string): Promise<Json>;
  /** Names a text that was made from secrets: it leaves no more than they do. */
  conceal(text: string): void;
  /** Takes out all that was read and concealed so far. */
  redactor(): Redactor;
}

export function openSecretReader(secrets: Pick<Secrets, 'get'>, tenant: string): SecretReader {
  const known = new Map<string, Json>();
  const concealed = new Set<string>();
  let redactor: Redactor = plainRedactor;
  let redacted = 0;
  return {
    async read(name) {
      const value = known.get(name) ?? (await secrets.get(tenant, name));
      if (value === undefined) throw fault('authorization', `There is no secret named "${name}".`);
      known.set(name, value);
      for (const leaf of leavesOf(value)) concealed.add(leaf);
      return value;
    },
    conceal: (text) => void concealed.add(text),
    redactor() {
      if (redacted !== concealed.size) redactor = createRedactor(concealed);
      redacted = concealed.size;
      return redactor;
    },
  };
}

/** The texts of a value, numbers as they are written. */
export function leavesOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isJsonObject(value) ? Object.values(value).flatMap(leavesOf) : [];
}
