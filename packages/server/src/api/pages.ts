/**
 * The web pages, served at `/` from the files that their build left.
 *
 * 1. A path is looked up in the list of files that was read at start, or when the pages were built anew since, so no
 *    path can lead out of the folder.
 * 2. Files whose name holds a digest never change and are kept by browsers for ever; all others are asked for again.
 * 3. The content security policy lets in the server's own scripts and nothing else. Style elements that libraries
 *    make carry a nonce that is new in every answer; the page reads it from its head.
 * 4. What is no file and no address of the API is a page's own address, and is answered with the first page.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MillraceError } from '../errors.ts';
import { preferredType } from './accept.ts';

export interface Pages {
  /** Whether a request is for a page or one of its files; if so, it is to be answered by `send`. */
  has(request: FastifyRequest): boolean;
  send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/** @param folder of the built pages; absent: where the build leaves them, beside this program */
export function createPages(folder: string | undefined = findFolder()): Pages {
  let site = readSite(folder);
  return {
    has: (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      return site.files.has(pathOf(request.url)) || isPageAddress(request);
    },
    send: async (request, reply) => {
      const file = site.files.get(pathOf(request.url));
      if (file !== undefined && file.path !== indexPath) return sendFile(file, request, reply);
      if (builtAt(folder) !== site.builtAt) site = readSite(folder);
      const index = site.files.get(indexPath);
      if (index === undefined) throw notBuilt();
      return sendIndex(index, reply);
    },
  };
}

interface Site {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly builtAt: number | undefined;
}

function readSite(folder: string | undefined): Site {
  return { files: folder === undefined ? new Map() : listFiles(folder), builtAt: builtAt(folder) };
}

/** The build writes the first page last. Epoch ms; undefined: it is not there. */
function builtAt(folder: string | undefined): number | undefined {
  if (folder === undefined) return undefined;
  return statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
}

const indexPath = '/index.html';

interface PageFile {
  /** as it is asked for, from `/` */
  readonly path: string;
  readonly file: string;
  readonly type: string;
  /** its name changes with its content */
  readonly immutable: boolean;
  /** the codings in which it lies there as well */
  readonly codings: readonly Coding[];
}

type Coding = 'br' | 'gzip';

const suffixes = { br: '.br', gzip: '.gz' } as const;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Beside the bundled server, or in the repository. */
function findFolder(): string | undefined {
  const places = ['./pages/', '../pages/', '../../web/dist/', '../../../web/dist/'];
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((folder) => existsSync(join(folder, 'index.html')));
}

function listFiles(folder: string): ReadonlyMap<string, PageFile> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const present = new Set(names);
  const files = new Map<string, PageFile>();
  for (const file of names) {
    const type = types[extname(file)];
    if (type === undefined) continue;
    const path = `/${file.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, '')}`;
    const codings = (['br', 'gzip'] as const).filter((coding) => present.has(file + suffixes[coding]));
    files.set(path, { path, file, type, immutable: path.startsWith('/assets/'), codings });
  }
  return files;
}

/** A browser that asks for a document at an address that is nobody else's. */
function isPageAddress(request: FastifyRequest): boolean {
  const path = pathOf(request.url);
  if (['/api/', '/auth/', '/assets/'].some((start) => path.startsWith(start))) return false;
  return preferredType(request.headers.accept, ['application/json', 'text/html']) === 'text/html';
}

const yearSeconds = 31_536_000;

async function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const coding = chooseCoding(file, request.headers['accept-encoding']);
  const body = await readPart(coding === undefined ? file.file : file.file + suffixes[coding]);
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  void reply
    .header('content-type', file.type)
    .header('cache-control', file.immutable ? `public, max-age=${yearSeconds}, immutable` : 'no-cache')
    .header('etag', tag)
    .header('vary', 'Accept-Encoding')
    .header('x-content-type-options', 'nosniff')
    .header('cross-origin-resource-policy', 'same-origin')
    // A worker has the policy of its own answer.
    .header('content-security-policy', policy(undefined));
  if (coding !== undefined) void reply.header('content-encoding', coding);
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  return reply.send(body);
}

/** Throws `not-found` for a file that another build has taken away. */
async function readPart(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const message = 'This part of the pages is gone: they were built anew. Load the page again.';
    throw new MillraceError('not-found', message, { cause });
  }
}

/** Neither cached nor compressed: it is small, and its nonce is new each time. */
async function sendIndex(index: PageFile, reply: FastifyReply): Promise<FastifyReply> {
  const nonce = randomBytes(18).toString('base64url');
  const text = await readFile(index.file, 'utf8');
  return reply
    .header('content-type', index.type)
    .header('cache-control', 'no-store')
    .header('content-security-policy', policy(nonce))
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'DENY')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    .send(text.replace('STYLE_NONCE', nonce));
}

function policy(nonce: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    // The editor underlines errors with a drawing that stands in its style.
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The smallest that the browser takes. */
function chooseCoding({ codings }: PageFile, accepted: string | undefined): Coding | undefined {
  const taken = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
      return [name, !parameters.some((each) => /^q=0(\.0*)?$/.test(each))];
    }),
  );
  return codings.find((coding) => taken.get(coding) ?? taken.get('*') ?? false);
}

function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? url;
  return path === '/' ? indexPath : path;
}

function notBuilt(): MillraceError {
  return new MillraceError(
    'not-found',
    'The web pages are not built: run "npm run build" in packages/web. The API is described at /openapi.json.',
  );
}
