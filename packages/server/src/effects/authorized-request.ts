import type { HttpOutcome, HttpRequest } from '../http-client/http-client.ts';
import type { Authentication, Authorizer } from './authentication/authorizer.ts';
import type { Scope } from './http-call.ts';

export type Authorized = HttpRequest & { readonly authentication?: Authentication | undefined };

/**
 * Sends a request as its authentication asks. `complete` sees the headers before they go out, when all secrets of the
 * request are known. An answer 401 is taken back once when there is another way to say who calls: a digest that the
 * server has just asked for, or a token that is new.
 */
export async function requestAuthorized(
  request: Authorized,
  scope: Pick<Scope, 'http' | 'authorize' | 'msLeft'>,
  complete: (request: HttpRequest) => HttpRequest = (whole) => whole,
): Promise<{ readonly outcome: HttpOutcome; readonly headers: HttpRequest['headers'] }> {
  const { authentication, ...plain } = request;
  const send = async (header: string | undefined) => {
    const headers = header === undefined ? plain.headers : { ...plain.headers, authorization: header };
    const outcome = await scope.http.request(complete({ ...plain, headers, timeoutMs: scope.msLeft() }));
    return { outcome, headers };
  };
  if (authentication === undefined) return send(undefined);
  const authorizer: Authorizer = await scope.authorize(authentication);
  const first = await send(await authorizer.header(plain));
  if (first.outcome.type === 'failed' || first.outcome.status !== 401) return first;
  const header = await authorizer.again(plain, first.outcome);
  return header === undefined ? first : send(header);
}
