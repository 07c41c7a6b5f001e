import type { Service } from '../subjects/service.ts';
import type { SubjectName } from '../works/work.ts';

/** What a peer is opened with. */
export interface PeerGiven {
  readonly subject: SubjectName;
  /** for its data */
  readonly folder: string;
  /** where its packages are */
  readonly peersFolder: string;
  readonly inFlight: number;
  /** where the calls of W2 go */
  readonly service?: Service;
}

/** One small call, with the client that is fastest on Node. */
export function caller(service: Service | undefined): () => Promise<{ readonly n: number }> {
  const pool = service && import('undici').then(({ Pool }) => new Pool(service.url, { connections: 64 }));
  return async () => {
    if (pool === undefined) throw new Error('there is no service to call');
    const answer = await (await pool).request({ method: 'GET', path: '/' });
    return (await answer.body.json()) as { n: number };
  };
}
