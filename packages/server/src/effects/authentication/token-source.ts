import { createHash } from 'node:crypto';
import type { HttpClient } from '../../http-client/http-client.ts';
import { Lru } from '../../lru.ts';
import type { SecretReader } from '../secret-reader.ts';
import type { Authorizer } from './authorizer.ts';
import type { TokenPolicy } from './token-policy.ts';
import { requestToken, type Token } from './token-request.ts';

export interface TokenSource {
  authorizer(tenant: string, policy: TokenPolicy, secrets: SecretReader): Authorizer;
}

interface KeptToken extends Token {
  /** epoch ms */
  readonly until: number;
}

const tokensMax = 1_000;
/** A token goes on its way before it expires, and clocks differ. */
const marginMs = 30_000;
/** A server that does not say how long its token is good is asked again after this. */
const unsaidMs = 300_000;

/** Keeps one token for each policy of a tenant; deeds that need the same one at once wait for one request. */
export function createTokenSource(http: HttpClient, now: () => number): TokenSource {
  const kept = new Lru<KeptToken>({ entriesMax: tokensMax });
  const underWay = new Map<string, Promise<KeptToken>>();
  return {
    authorizer(tenant, policy, secrets) {
      const key = createHash('sha256')
        .update(`${tenant}\n${JSON.stringify(policy)}`)
        .digest('hex');
      let sent: string | undefined;
      for (const text of secretsOf(policy)) secrets.conceal(text);
      const header = async () => {
        const { access, refresh } = await tokenFor(key, policy);
        sent = access;
        secrets.conceal(access);
        if (refresh !== undefined) secrets.conceal(refresh);
        return `Bearer ${access}`;
      };
      return {
        header,
        /** A token that is refused before its time was revoked: it is renewed, once. */
        async again() {
          const known = kept.get(key);
          if (known !== undefined && known.access === sent) kept.set(key, { ...known, until: 0 });
          const before = sent;
          const renewed = await header();
          return sent === before ? undefined : renewed;
        },
      };
    },
  };

  async function tokenFor(key: string, policy: TokenPolicy): Promise<KeptToken> {
    const known = kept.get(key);
    if (known !== undefined && now() < known.until) return known;
    const waiting = underWay.get(key) ?? request(key, policy, known?.refresh);
    underWay.set(key, waiting);
    try {
      return await waiting;
    } finally {
      if (underWay.get(key) === waiting) underWay.delete(key);
    }
  }

  async function request(key: string, policy: TokenPolicy, refresh: string | undefined): Promise<KeptToken> {
    const token = await (refresh === undefined ? requestToken(policy, http) : renewed(policy, refresh));
    const lifetimeMs = token.lifetime === undefined ? unsaidMs : token.lifetime * 1_000;
    const margin = Math.min(marginMs, lifetimeMs / 10);
    const fresh = { refresh, ...withoutAbsent(token), until: now() + lifetimeMs - margin } as KeptToken;
    kept.set(key, fresh);
    return fresh;
  }

  /** A refresh token may have ended with the session that it was of; then the grant is asked for anew. */
  async function renewed(policy: TokenPolicy, refresh: string): Promise<Token> {
    try {
      return await requestToken(policy, http, refresh);
    } catch {
      return requestToken(policy, http);
    }
  }
}

function withoutAbsent(token: Token): Token {
  return Object.fromEntries(
    Object.entries(token).filter(([, value]) => value !== undefined),
  ) as unknown as Token;
}

function secretsOf({ client, password, subject, actor }: TokenPolicy): string[] {
  return [client.secret, client.assertion, password, subject?.token, actor?.token].filter(
    (text) => text !== undefined,
  );
}
