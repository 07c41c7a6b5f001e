/** The server's own catalog, `default`: functions that operators publish, each version once. */
import { type FunctionView, parseFunction } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Page, Store, StoredDocument } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { FunctionId } from './interface.ts';
import { invalid } from './read-definition.ts';

export const functions = 'functions';

export interface PublishedFunction {
  readonly digest: string;
  readonly text: string;
}

export function functionKey(name: string, version: string): string {
  return `${name}/${version}`;
}

export interface FunctionCatalog {
  publish(
    tenant: string,
    id: FunctionId,
    text: string,
  ): Promise<{ readonly function: FunctionView; readonly created: boolean }>;
  get(tenant: string, id: FunctionId): Promise<FunctionView>;
  list(tenant: string, rowsMax: number, cursor: string | undefined): Promise<Page<FunctionView>>;
  remove(tenant: string, id: FunctionId): Promise<void>;
}

const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;
const versionPattern = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** `hosted`: names of the functions that the host registered, which a published one may call. */
export function createFunctionCatalog(
  store: Store,
  world: World,
  hosted: ReadonlySet<string>,
): FunctionCatalog {
  const find = async (tenant: string, { name, version }: FunctionId) => {
    const stored = await store.document(tenant, functions, functionKey(name, version));
    if (stored === undefined) throw notFound(name, version);
    return stored;
  };
  return {
    async publish(tenant, { name, version }, text) {
      checkId(name, version);
      const parsed = parseFunction(text, { functions: hosted });
      if (!parsed.ok) throw invalid(text, parsed.errors);
      const key = functionKey(name, version);
      const body: PublishedFunction = { digest: `sha256:${world.hash(text)}`, text };
      const put = await store.putDocument(tenant, functions, key, JSON.stringify(body), 0);
      const stored = await find(tenant, { name, version });
      if (put.type === 'stored') return { function: viewOf(stored), created: true };
      if (bodyOf(stored).text === text) return { function: viewOf(stored), created: false };
      throw new MillraceError(
        'conflict',
        `the function ${name}:${version} is published with other content: give the changed one a new version`,
      );
    },
    get: async (tenant, id) => viewOf(await find(tenant, id)),
    async list(tenant, rowsMax, cursor) {
      const query = { rowsMax, ...(cursor === undefined ? {} : { cursor }) };
      const page = await store.documents(tenant, functions, query);
      return { ...page, rows: page.rows.map(viewOf) };
    },
    async remove(tenant, { name, version }) {
      const removed = await store.deleteDocument(tenant, functions, functionKey(name, version), undefined);
      if (!removed) throw notFound(name, version);
    },
  };
}

function checkId(name: string, version: string): void {
  if (!namePattern.test(name))
    throw new MillraceError('bad-request', 'a function has a name of 1 to 128 letters, digits, ., _ and -');
  if (!versionPattern.test(version))
    throw new MillraceError('bad-request', 'a function has a semantic version, such as 1.0.0');
}

function bodyOf(stored: StoredDocument): PublishedFunction {
  return JSON.parse(stored.body) as PublishedFunction;
}

function viewOf(stored: StoredDocument): FunctionView {
  const [name = '', version = ''] = stored.key.split('/');
  const { digest, text } = bodyOf(stored);
  return { name, version, digest, source: text, createdAt: new Date(stored.time).toISOString() };
}

function notFound(name: string, version: string): MillraceError {
  return new MillraceError('not-found', `the catalog of this server has no function ${name}:${version}`);
}
