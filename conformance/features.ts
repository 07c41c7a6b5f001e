/**
 * What scenarios may need of a runtime beyond the common part of the language, by `@needs:NAME`. A scenario whose
 * needs a runtime does not claim is skipped with the sentence that stands here, and never counts as passed.
 */
export const optionalFeatures: Readonly<Record<string, string>> = {
  listen: '`listen` and events that are handed in',
  schedule: '`schedule`: executions that time or events start',
  subflow: '`run: workflow`',
  functions: 'functions of `use.functions`',
  catalogs: 'functions of catalogs, and by URL',
  extensions: '`use.extensions`',
  resources: 'external resources: schemas that are fetched',
  digest: '`digest` authentication',
  oauth2: '`oauth2` authentication',
  oidc: '`oidc` authentication',
  script: '`run: script`',
  shell: '`run: shell`',
  container: '`run: container`',
  grpc: '`call: grpc`',
  asyncapi: '`call: asyncapi`',
  a2a: '`call: a2a`',
  mcp: '`call: mcp`',
  places: 'errors of definitions with JSON pointer and line',
};

/** What Millrace claims today. */
export const millraceFeatures: ReadonlySet<string> = new Set([
  'listen',
  'schedule',
  'subflow',
  'functions',
  'catalogs',
  'extensions',
  'resources',
  'digest',
  'oauth2',
  'oidc',
  'places',
]);

/** Throws when a feature is claimed that no scenario can need: a slip would have scenarios skipped, and nobody would see why. */
export function checkClaims(claimed: Iterable<string>): void {
  const known = Object.keys(optionalFeatures);
  const unknown = [...claimed].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `the runtime claims features that the kit does not know: ${unknown.join(', ')}; known are ${known.join(', ')}`,
    );
}

const prefix = 'needs:';

/** What of a scenario's needs is not claimed. */
export function missingNeeds(tags: readonly string[], claimed: ReadonlySet<string>): string[] {
  const needs = tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
  return needs.filter((need) => !claimed.has(need));
}
