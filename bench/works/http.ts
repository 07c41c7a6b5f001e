/** W1a over HTTP: this process makes the load, the built server does the work. */
import { Pool } from 'undici';
import { measureLoad } from '../measure/closed-loop.ts';
import { usageOf } from '../measure/processes.ts';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../subjects/built-server.ts';
import { sets, workflows } from '../subjects/definitions.ts';
import { readVersion } from '../subjects/embedded.ts';
import type { Measured, WorkOptions } from './work.ts';

/** Every request starts an execution, and its answer is the execution's end. */
export async function measureOverHttp(options: WorkOptions): Promise<Measured> {
  await ensureBuilt();
  const server = await startBuiltServer({
    parent: options.folder,
    ...(options.profiles === undefined ? {} : { profiles: options.profiles }),
  });
  const client = openClient(server, options.inFlight);
  try {
    await client.deploy(sets);
    const body = JSON.stringify({ workflow: workflows.sets });
    const run = async () => {
      const { status } = await client.post('/api/v1/executions?wait=30s', body);
      if (status !== 'completed') throw new Error(`an execution ended ${status}`);
    };
    const { figures } = await measureLoad(run, { ...options, engine: [server.pid], others: [process.pid] });
    const { stallMs: _ofTheLoad, stallCpuMs: _also, ...own } = figures;
    const peakMb = usageOf([server.pid]).peakBytes / 1e6;
    return { subject: `Millrace ${readVersion()}, built server`, figures: { ...own, peakMb } };
  } finally {
    await client.close();
    await server.close();
  }
}

export interface Client {
  deploy(definition: string): Promise<void>;
  /** The body of the answer, which is an execution. */
  post(path: string, body: string): Promise<{ readonly id: string; readonly status: string }>;
  /** Reads an answer to its end. */
  get(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A client over connections that stay open. An answer that is an error is thrown. */
export function openClient({ url }: Pick<BuiltServer, 'url'>, connections: number): Client {
  const pool = new Pool(url, { connections, headersTimeout: 0, bodyTimeout: 0 });
  const request = async (method: 'GET' | 'POST', path: string, body?: string, type = 'application/json') => {
    const answer = await pool.request({
      method,
      path,
      ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return text;
  };
  return {
    deploy: async (definition) => void (await request('POST', '/api/v1/workflows', definition)),
    post: async (path, body) =>
      JSON.parse(await request('POST', path, body)) as { id: string; status: string },
    get: async (path) => void (await request('GET', path)),
    close: () => pool.close(),
  };
}
