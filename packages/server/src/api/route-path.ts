/** Paths of the operations table as the router and the answer to a wrong method need them. */
import type { Operation } from './operation.ts';

/** `/a/{id}` → `/a/:id`. */
export function toRoutePath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** The methods that some operation takes at a path, for the `Allow` field; none: there is no such path. */
export function allowedMethods(operations: readonly Operation[], path: string): string[] {
  const methods = new Set<string>();
  for (const operation of operations) {
    const paths = [operation.path, ...(operation.aliases ?? [])];
    if (paths.some((template) => covers(template, path))) methods.add(operation.method);
  }
  if (methods.size === 0) return [];
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods, 'OPTIONS'];
}

function covers(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith('{') ? given[index] !== '' : part === given[index]))
  );
}
