import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EffectRequest } from '@millrace/core';
import type { HttpClient } from '../http-client/http-client.ts';
import type { ResourceReader } from '../ports/resources.ts';
import type { Secrets } from '../ports/secrets.ts';
import { type AuthorizerMemory, createAuthorizer } from './authentication/authorizer.ts';
import { requestAuthorized } from './authorized-request.ts';
import type { Scope } from './http-call.ts';
import { withSecretArguments } from './secret-arguments.ts';
import { openSecretReader } from './secret-reader.ts';

export interface ResourceReaderOptions {
  readonly http: HttpClient;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly memory: AuthorizerMemory;
  readonly now: () => number;
  readonly userAgent: string;
  /** folder of `file:` and relative URIs; absent: there is none, and such a URI is refused */
  readonly root?: string;
}

/** A definition is at most this large, and so is what it is made of. */
const bytesMax = 1_048_576;
const timeoutMs = 30_000;
const redirectsMax = 5;

/** Reads from the web through the guarded client, and from one folder. */
export function createResourceReader(options: ResourceReaderOptions): ResourceReader {
  return {
    async read(tenant, request) {
      if (!/^https?:/i.test(request.uri)) return readLocal(request.uri, options.root);
      const url = URL.parse(request.uri);
      if (url === null) throw new Error(`${request.uri} is no URI`);
      return fetchText(tenant, request, url, options);
    },
  };
}

type Fetched = Parameters<ResourceReader['read']>[1];

async function fetchText(
  tenant: string,
  { authentication, secrets: list, uri }: Fetched,
  url: URL,
  { http, secrets: store, memory, now, userAgent }: ResourceReaderOptions,
): Promise<string> {
  const secrets = openSecretReader(store, tenant);
  const authorize: Scope['authorize'] = (each) => createAuthorizer(each, tenant, secrets, memory);
  try {
    const whole = await withCredentials(uri, authentication, list ?? [], { secrets, now, authorize });
    const { outcome } = await requestAuthorized(
      {
        method: 'GET',
        url,
        headers: { 'user-agent': userAgent, accept: 'application/yaml, application/json, text/*, */*;q=0.5' },
        redirectsMax,
        authentication: whole,
      },
      { http, authorize, msLeft: () => timeoutMs },
    );
    if (outcome.type === 'failed') throw new Error(outcome.detail);
    if (outcome.status !== 200)
      throw new Error(`it was answered with ${outcome.status} ${outcome.statusText}`);
    if (outcome.body.length > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    return new TextDecoder().decode(outcome.body);
  } catch (error) {
    throw new Error(secrets.redactor().text((error as Error).message));
  }
}

/** The credentials with their secrets, computed as those of a call are. */
async function withCredentials(
  uri: string,
  authentication: Fetched['authentication'],
  list: NonNullable<Fetched['secrets']>,
  { secrets, now, authorize }: Pick<Scope, 'secrets' | 'authorize'> & { readonly now: () => number },
): Promise<Fetched['authentication']> {
  if (authentication === undefined || list.length === 0) return authentication;
  const request: EffectRequest = {
    type: 'http',
    method: 'GET',
    uri,
    output: 'content',
    redirect: false,
    authentication,
  };
  const filled = await withSecretArguments(request, list, secrets, now, authorize);
  return filled.type === 'http' ? filled.authentication : undefined;
}

async function readLocal(uri: string, root: string | undefined): Promise<string> {
  if (root === undefined) {
    throw new Error(
      `${uri} is a file, and this server reads none: its operator can name a folder with MILLRACE_RESOURCES`,
    );
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri) && !/^file:/i.test(uri))
    throw new Error(`${uri} has a scheme that is not read: expected http, https or file`);
  const folder = await realpath(resolve(root));
  const named = pathOf(uri);
  // A path that begins at the root of the disk may name the folder as it is, or begin at the folder.
  const path = isAbsolute(named) && !isInside(named, folder) ? join(folder, named) : resolve(folder, named);
  const found = await realpath(path).catch(() => undefined);
  if (found === undefined) throw new Error(`${uri} is not in the folder of resources`);
  if (!isInside(found, folder)) throw new Error(`${uri} leads out of the folder of resources`);
  const { size } = await stat(found);
  if (size > bytesMax) throw new Error(`${uri} is larger than ${bytesMax} bytes`);
  return readFile(found, 'utf8');
}

function pathOf(uri: string): string {
  if (!/^file:/i.test(uri)) return uri;
  try {
    return fileURLToPath(uri);
  } catch {
    throw new Error(`${uri} names no file of this machine`);
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
