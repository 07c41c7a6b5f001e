import { badRequest } from './errors.ts';
import type { ExecutionsQuery } from './interface.ts';

export const pageSizeMax = 1_000;

/** `{}` when none is asked for. Throws `bad-request`. */
export function limitOf({ pageSize }: { readonly pageSize?: number }): { readonly limit?: number } {
  if (pageSize === undefined) return {};
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= pageSizeMax) return { limit: pageSize };
  throw badRequest(`pageSize: expected an integer from 1 to ${pageSizeMax} but found ${pageSize}.`);
}

/** The version after which events are read: where a page ended, else what was asked for. Throws `bad-request`. */
export function afterOf({ after = 0 }: { readonly after?: number }, cursor?: string): number {
  const version = cursor === undefined ? after : Number(cursor);
  if (Number.isSafeInteger(version) && version >= 0) return version;
  throw badRequest(`after: expected the version of an event but found ${cursor ?? after}.`);
}

/** Epoch milliseconds. Throws `bad-request`. */
export function sinceOf({ since }: ExecutionsQuery): { readonly since?: number } {
  if (since === undefined) return {};
  const ms = since instanceof Date ? since.getTime() : since;
  if (Number.isInteger(ms) && ms >= 0) return { since: ms };
  throw badRequest('since: expected a date or epoch milliseconds.');
}

/** Throws `bad-request`. */
export function idPrefixOf({ id }: ExecutionsQuery): { readonly id?: string } {
  if (id === undefined) return {};
  if (/^[A-Za-z0-9][A-Za-z0-9._~-]{3,399}$/.test(id)) return { id };
  throw badRequest(`id: expected the first 4 characters of an id or more but found "${id}".`);
}

export const waitMsMax = 300_000;

/** Milliseconds to wait; 0 when that was not asked for. Throws `bad-request`. */
export function waitMsOf({ waitMs = 0 }: { readonly waitMs?: number }): number {
  if (waitMs >= 0) return Math.min(Math.ceil(waitMs), waitMsMax);
  throw badRequest(`waitMs: expected milliseconds but found ${waitMs}.`);
}

/** An execution's id. One that a path cannot hold would ask for something else. Throws `bad-request`. */
export function checkId(id: string): string {
  if (id !== '' && id !== '.' && id !== '..') return id;
  throw badRequest(`Expected the id of an execution but found "${id}".`);
}
