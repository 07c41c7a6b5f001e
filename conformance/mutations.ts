/** Definitions changed in one place: a member or an entry taken away, or a value made another. */
import type { Value } from './runtime.ts';
import { isRecord } from './steps/values.ts';

/** All of them, those that change what is done before those that take it away. Header and metadata stay. */
export function mutations(definition: Value): Value[] {
  const all = [...changes(definition, [])];
  return [...all.filter(({ isRemoval }) => !isRemoval), ...all.filter(({ isRemoval }) => isRemoval)].map(
    ({ value }) => value,
  );
}

interface Change {
  readonly value: Value;
  readonly isRemoval: boolean;
}

function* changes(value: Value, path: readonly string[]): Iterable<Change> {
  if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (isIdentity(path, name)) continue;
      const { [name]: _, ...rest } = value;
      yield { value: rest, isRemoval: true };
      for (const change of changes(member, [...path, name]))
        yield { ...change, value: { ...value, [name]: change.value } };
    }
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      yield { value: value.toSpliced(index, 1), isRemoval: true };
      for (const change of changes(entry, [...path, String(index)]))
        yield { ...change, value: value.with(index, change.value) };
    }
  } else {
    for (const other of others(value)) yield { value: other, isRemoval: false };
  }
}

/** What makes a definition the one that it is: without it no scenario is about the same. */
function isIdentity(path: readonly string[], name: string): boolean {
  if (path.length === 0) return name === 'document';
  return path[0] === 'document' && ['dsl', 'namespace', 'name', 'version'].includes(name);
}

function others(value: Value): Value[] {
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  if (typeof value !== 'string') return ['changed'];
  const expression = /^\$\{(.*)\}$/s.exec(value.trim())?.[1];
  const directives = ['continue', 'exit', 'end'].filter((other) => other !== value);
  return [expression === undefined ? `${value}x` : `\${ [${expression}] }`, 'true', 'false', ...directives];
}
