/** The types of `postgres-versions.js`, which is JavaScript since it runs on any Node. */
export const postgresVersions: Readonly<
  Record<string, { readonly release: string; readonly sha256: string }>
>;
export function installVersion(version: string, cache?: string): Promise<string>;
