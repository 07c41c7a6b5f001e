/**
 * Digest access authentication (RFC 7616). The server asks with a challenge, and the answer proves that the password
 * is known without sending it. A challenge is kept for its server, so that only the first request is sent twice.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ExchangeResponse } from '../../http-client/exchange.ts';
import { Lru } from '../../lru.ts';
import type { Authorizer } from './authorizer.ts';

/** What the answer is made for: a digest is good for one method, target and, with `auth-int`, body. */
export interface DigestTarget {
  readonly method: string;
  readonly url: URL;
  readonly body?: string | Uint8Array;
}

export interface DigestMemory {
  authorizer(
    tenant: string,
    credentials: { readonly username: string; readonly password: string },
  ): Authorizer;
}

interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  /** as the server wrote it; absent: MD5 without being asked */
  readonly algorithm?: string;
  readonly qop?: 'auth' | 'auth-int';
  readonly userhash: boolean;
  /** requests that were answered with this nonce */
  count: number;
}

const challengesMax = 1_000;

export function createDigestMemory(): DigestMemory {
  const challenges = new Lru<Challenge>({ entriesMax: challengesMax });
  return {
    authorizer(tenant, { username, password }) {
      const keyOf = (url: URL) => [tenant, url.origin, hash('sha256', `${username}\n${password}`)].join('\n');
      const answer = (challenge: Challenge, target: DigestTarget) =>
        digestHeader(challenge, target, username, password);
      return {
        async header(target) {
          const known = challenges.get(keyOf(target.url));
          return known === undefined ? undefined : answer(known, target);
        },
        async again(target, response) {
          const challenge = challengeOf(response);
          if (challenge === undefined) return undefined;
          challenges.set(keyOf(target.url), challenge);
          return answer(challenge, target);
        },
      };
    },
  };
}

const hashes: Readonly<Record<string, string>> = {
  'sha-512-256': 'sha512-256',
  'sha-256': 'sha256',
  md5: 'md5',
};

/** The strongest challenge that can be answered; a server may offer several. */
function challengeOf({ headers }: ExchangeResponse): Challenge | undefined {
  const texts = [headers['www-authenticate'] ?? []].flat();
  const offered = texts.flatMap(parseChallenges);
  for (const algorithm of Object.keys(hashes)) {
    const found = offered.find((each) => baseOf(each.algorithm) === algorithm);
    if (found !== undefined) return found;
  }
  return undefined;
}

function baseOf(algorithm = 'MD5'): string {
  return algorithm.toLowerCase().replace(/-sess$/, '');
}

function parseChallenges(text: string): Challenge[] {
  return (
    [...text.matchAll(/"(?:[^"\\]|\\.)*"|(?<![^\s,])Digest\s/gi)]
      // A realm may speak of its digest.
      .filter(([found]) => !found.startsWith('"'))
      .flatMap(({ 0: found, index }) => {
        const members = parametersOf(text.slice(index + found.length));
        const { realm, nonce, opaque, algorithm } = members;
        if (realm === undefined || nonce === undefined) return [];
        const offers = (members.qop ?? '').split(',').map((each) => each.trim().toLowerCase());
        const qop = offers.includes('auth') ? 'auth' : offers.includes('auth-int') ? 'auth-int' : undefined;
        const challenge: Challenge = {
          realm,
          nonce,
          ...(opaque === undefined ? {} : { opaque }),
          ...(algorithm === undefined ? {} : { algorithm }),
          ...(qop === undefined ? {} : { qop }),
          userhash: members.userhash?.toLowerCase() === 'true',
          count: 0,
        };
        return [challenge];
      })
  );
}

/** `name=value` or `name="value"`, until another scheme begins. A list may have empty places, and a name any sign of a token. */
function parametersOf(text: string): Readonly<Record<string, string | undefined>> {
  const members: Record<string, string> = {};
  const pattern = /[\s,]*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/y;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, name = '', quoted, plain] = match;
    members[name.toLowerCase()] = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1');
  }
  return members;
}

function digestHeader(
  challenge: Challenge,
  target: DigestTarget,
  username: string,
  password: string,
): string {
  const { realm, nonce, opaque, algorithm, qop, userhash } = challenge;
  const h = (content: string | Uint8Array) => hash(hashes[baseOf(algorithm)] ?? 'md5', content);
  challenge.count += 1;
  const nc = challenge.count.toString(16).padStart(8, '0');
  const cnonce = randomBytes(16).toString('base64url');
  const uri = target.url.pathname + target.url.search;
  // A header field is read and sent byte for byte: what the server hashes are the bytes of its realm.
  const user = Buffer.concat([Buffer.from(`${username}:`), Buffer.from(realm, 'latin1')]);
  const secret = h(Buffer.concat([user, Buffer.from(`:${password}`)]));
  const a1 = /-sess$/i.test(algorithm ?? '') ? h(`${secret}:${nonce}:${cnonce}`) : secret;
  const a2 = h(
    qop === 'auth-int'
      ? `${target.method}:${uri}:${hash(hashes[baseOf(algorithm)] ?? 'md5', target.body ?? '')}`
      : `${target.method}:${uri}`,
  );
  const response = h(
    qop === undefined ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`,
  );
  const parts = [
    userhash ? `username=${quote(h(user))}` : nameOf(username),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response=${quote(response)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(qop === undefined && !/-sess$/i.test(algorithm ?? '') ? [] : [`cnonce=${quote(cnonce)}`]),
    ...(userhash ? ['userhash=true'] : []),
  ];
  return `Digest ${parts.join(', ')}`;
}

/** A name that a header cannot hold is sent in the extended notation. */
function nameOf(username: string): string {
  return /^[\x20-\x7e]*$/.test(username)
    ? `username=${quote(username)}`
    : `username*=UTF-8''${encodeURIComponent(username)}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function hash(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex');
}
