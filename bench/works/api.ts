/** How fast the API answers while 1,000 executions are at work. */
import { measureLoad } from '../measure/closed-loop.ts';
import { usageOf } from '../measure/processes.ts';
import { ensureBuilt, startBuiltServer } from '../subjects/built-server.ts';
import { busy, sets, workflows } from '../subjects/definitions.ts';
import { readVersion } from '../subjects/embedded.ts';
import { startService } from '../subjects/service.ts';
import { type Client, openClient } from './http.ts';
import { type Measured, scaled, type WorkOptions } from './work.ts';

const running = 1_000;
/** how long the service takes to answer each of their calls */
const serviceMs = 100;

/**
 * 1,000 executions, each of which calls a service again and again, at the server's default of 256 calls at once; and
 * `inFlight` clients that read one execution, a list, a history, and run W1a, in turn.
 */
export async function measureApi(options: WorkOptions): Promise<Measured> {
  await ensureBuilt();
  const service = await startService();
  const server = await startBuiltServer({
    parent: options.folder,
    ...(options.profiles === undefined ? {} : { profiles: options.profiles }),
  });
  const client = openClient(server, options.inFlight);
  try {
    await client.deploy(sets);
    await client.deploy(busy(`${service.url}?ms=${serviceMs}`));
    const ids = await startBusy(client, scaled(running, options, 5));
    const requests = requestsOn(client, ids);
    let next = 0;
    const run = () => requests[next++ % requests.length]?.(next) ?? Promise.resolve();
    const engine = [server.pid];
    const others = [process.pid, service.pid];
    const { figures } = await measureLoad(run, { ...options, engine, others });
    const {
      stallMs: _ofTheLoad,
      stallCpuMs: _also,
      writtenBytesPer: _a,
      cpuMsPer,
      otherCpuMsPer: _b,
      ...own
    } = figures;
    const engineCpu = (cpuMsPer ?? 0) * ((figures.perSec ?? 0) / 1000);
    const peakMb = usageOf(engine).peakBytes / 1e6;
    return { subject: `Millrace ${readVersion()}, built server`, figures: { ...own, engineCpu, peakMb } };
  } finally {
    await client.close();
    await server.close();
    await service.close();
  }
}

async function startBusy(client: Client, count: number): Promise<string[]> {
  const ids: string[] = [];
  const body = JSON.stringify({ workflow: workflows.busy });
  while (ids.length < count) {
    const batch = Array.from({ length: Math.min(50, count - ids.length) }, () =>
      client.post('/api/v1/executions', body),
    );
    ids.push(...(await Promise.all(batch)).map(({ id }) => id));
  }
  return ids;
}

function requestsOn(client: Client, ids: readonly string[]): readonly ((turn: number) => Promise<unknown>)[] {
  const idAt = (turn: number) => ids[(turn * 37) % ids.length] ?? '';
  const start = JSON.stringify({ workflow: workflows.sets });
  return [
    (turn) => client.get(`/api/v1/executions/${idAt(turn)}`),
    () => client.get('/api/v1/executions?status=waiting,running&limit=50'),
    (turn) => client.get(`/api/v1/executions/${idAt(turn)}/events?limit=50`),
    () => client.post('/api/v1/executions?wait=30s', start),
  ];
}
