/** W5: from the start of a process to its first answer, and what it holds when nothing happens. */
import { request } from 'node:http';
import { usageOf } from '../measure/processes.ts';
import { median } from '../measure/quantile.ts';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../subjects/built-server.ts';
import { startScript } from '../subjects/child-process.ts';
import { sets } from '../subjects/definitions.ts';
import { readVersion } from '../subjects/embedded.ts';
import { type Measured, scaled, type WorkOptions } from './work.ts';

const starts = 11;
const idleMs = 3_000;

/**
 * `startMs` (median of 11, each with a folder of its own; the first fills the cache of compiled code and is left out)
 * and `startMaxMs`; `idleMb` 3 s after a browser's worth of requests for the pages.
 */
export async function measureStart(options: WorkOptions): Promise<Measured> {
  if (options.subject !== 'millrace') return measurePeerStart(options);
  await ensureBuilt();
  const times: number[] = [];
  let idleMb = Number.NaN;
  const rounds = scaled(starts, options, 2);
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const server = await startBuiltServer({
      parent: options.folder,
      ...(options.profiles === undefined ? {} : { profiles: options.profiles }),
    });
    try {
      await firstAnswer(server);
      if (round > 0) times.push(performance.now() - begun);
      if (round === rounds - 1) idleMb = await measureIdle(server, options);
    } finally {
      await server.close();
    }
  }
  const figures = { startMs: median(times), startMaxMs: Math.max(...times), idleMb };
  return { subject: `Millrace ${readVersion()}, built server`, figures };
}

async function firstAnswer({ url }: BuiltServer): Promise<void> {
  const { status, text } = await send('POST', `${url}/api/v1/executions?wait=30s`, `{"definition":${sets}}`);
  const phase = status === 201 ? (JSON.parse(text) as { status: string }).status : status;
  if (phase !== 'completed') throw new Error(`the first answer was ${phase}: ${text}`);
}

/** Resident MB after the pages and all that the first page names were served. */
async function measureIdle({ url, pid }: BuiltServer, options: WorkOptions): Promise<number> {
  const { status, text } = await send('GET', `${url}/`);
  const assets = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
  if (status !== 200 || assets.length === 0) throw new Error(`the pages answered ${status} with no assets`);
  for (const asset of assets) await send('GET', `${url}${asset}`);
  await send('GET', `${url}/api/v1/executions`);
  await new Promise((resolve) => setTimeout(resolve, scaled(idleMs, options, 100)));
  return usageOf([pid]).residentBytes / 1e6;
}

/** The plainest client there is: one that takes long to load would be measured as well. */
function send(method: string, url: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(url, { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', reject);
    });
    sent.on('error', reject).end(body);
  });
}

/** The peer's servers and its program together, with an empty database, which was created before. */
async function measurePeerStart(options: WorkOptions): Promise<Measured> {
  const times: number[] = [];
  let idleMb = Number.NaN;
  let subject = '';
  const rounds = scaled(5, options, 2);
  for (let round = 0; round < rounds; round += 1) {
    const child = startScript('peers/first-answer.ts', [
      options.subject,
      options.folder,
      options.peersFolder,
    ]);
    try {
      const [, ms, title = ''] = await child.printed(/^answered after (\d+) ms: (.*)$/m, 120_000);
      times.push(Number(ms));
      subject = title;
      if (round === rounds - 1) {
        await new Promise((resolve) => setTimeout(resolve, scaled(idleMs, options, 100)));
        idleMb = usageOf([child.pid]).residentBytes / 1e6;
      }
    } finally {
      await child.end();
    }
  }
  return { subject, figures: { startMs: median(times), startMaxMs: Math.max(...times), idleMb } };
}
