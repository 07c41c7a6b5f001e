/**
 * Blobs in the database, so that every process on it finds what another has put: rows of parts, under the digest of all
 * of them. A content is there whole or not at all, for its parts are put in one transaction.
 */
import { createHash } from 'node:crypto';
import { MillraceError } from '../../errors.ts';
import type { BlobStore } from '../../ports/blob.ts';
import { digestOf } from '../memory/blobs.ts';
import { checkKey } from '../rules.ts';
import type { Database, Row, Statement } from './database.ts';

const partBytes = 128 * 1024;
/** Parts of one statement: 4 MiB, so that no message to the database is of any size. */
const partsPerStatement = 32;

const put: Statement = {
  name: 'put_blob_1',
  text: `insert into {schema}.blobs (tenant, digest, part, content)
    select $1, $2, $3::integer + p.ord - 1, p.content from unnest($4::bytea[]) with ordinality as p (content, ord)
    on conflict do nothing`,
};
const parts: Statement = {
  name: 'blob_parts_1',
  text: `select content from {schema}.blobs where tenant = $1 and digest = $2 and part >= $3::integer
    order by part limit $4::integer`,
};
/** Locked in the order of puts. */
const keep: Statement = {
  name: 'keep_blob_1',
  text: `with held as materialized (
      select part from {schema}.blobs where tenant = $1 and digest = $2 and period < {schema}.week_1()
      order by part for update
    )
    update {schema}.blobs b set period = {schema}.week_1() from held h
    where b.tenant = $1 and b.digest = $2 and b.part = h.part`,
};
const remove: Statement = {
  name: 'delete_blob_1',
  text: 'delete from {schema}.blobs where tenant = $1 and digest = $2',
};

/** Blobs beside the store, on its database and its tables, which `openPostgresStore` has made. */
export function openPostgresBlobs(database: Database): BlobStore {
  const read = async (tenant: string, digest: string, from: number, count: number) =>
    (await database.query(parts, [tenant, digest, from, count], 'again')).map(contentOf);
  return {
    description: `rows of ${database.address.shown}, schema ${database.address.schema}`,
    async put(tenant, content) {
      checkKey('tenant', tenant);
      // It is sent piece by piece, and the caller may change it meanwhile.
      const kept = Buffer.from(content);
      const digest = digestOf(kept);
      await putParts(database, tenant, digest, kept);
      return { digest, bytes: kept.byteLength };
    },
    async get(tenant, digest) {
      checkDigest(digest);
      const found: Uint8Array[] = [];
      for (let more = true; more; ) {
        const next = await read(tenant, digest, found.length, partsPerStatement);
        found.push(...next);
        more = next.length === partsPerStatement;
      }
      if (found.length === 0) return undefined;
      const content = new Uint8Array(Buffer.concat(found));
      if (digestOf(content) !== digest) throw damaged(digest);
      return content;
    },
    async stream(tenant, digest) {
      checkDigest(digest);
      const [first] = await read(tenant, digest, 0, 1);
      return first && chunks(first, digest, async (part) => (await read(tenant, digest, part, 1))[0]);
    },
    async head(tenant, digest, bytesMax) {
      checkDigest(digest);
      const count = Math.max(1, Math.ceil(bytesMax / partBytes));
      const found = await read(tenant, digest, 0, count);
      return found.length === 0 ? undefined : new Uint8Array(Buffer.concat(found).subarray(0, bytesMax));
    },
    async keep(tenant, digest) {
      checkDigest(digest);
      await database.query(keep, [tenant, digest], 'again');
    },
    async delete(tenant, digest) {
      checkDigest(digest);
      await database.query(remove, [tenant, digest], 'again');
    },
    // The store closes the database.
    async close() {},
  };
}

/** Contents of one statement need no transaction of their own. */
async function putParts(database: Database, tenant: string, digest: string, content: Buffer): Promise<void> {
  const all: Buffer[] = [];
  for (let at = 0; at < content.byteLength || at === 0; at += partBytes)
    all.push(content.subarray(at, at + partBytes));
  if (all.length <= partsPerStatement) {
    await database.query(put, [tenant, digest, 0, all], 'again');
    return;
  }
  await database.withClient(async (client) => {
    await client.query('begin');
    for (let from = 0; from < all.length; from += partsPerStatement) {
      const values = [tenant, digest, from, all.slice(from, from + partsPerStatement)];
      await client.query({ name: put.name, text: database.sql(put.text), values });
    }
    await client.query('commit');
  });
}

/** Keeps each part back until the next is read, and the last until the whole is known to be what it is named. */
async function* chunks(
  first: Uint8Array,
  digest: string,
  next: (part: number) => Promise<Uint8Array | undefined>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let kept = first;
  hash.update(kept);
  for (let part = 1; ; part++) {
    const read = await next(part);
    if (read === undefined) break;
    hash.update(read);
    yield kept;
    kept = read;
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw damaged(digest);
  yield kept;
}

function contentOf(row: Row): Uint8Array {
  if (!(row.content instanceof Uint8Array)) throw new Error('broken rule: a part of a blob came as no bytes');
  return row.content;
}

function checkDigest(digest: string): void {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new MillraceError('bad-request', `not a digest: ${digest.slice(0, 80)}`);
}

function damaged(digest: string): MillraceError {
  return new MillraceError('internal', `blob ${digest} is damaged: its content has another digest`, {
    digest,
  });
}
