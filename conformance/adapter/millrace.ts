/**
 * Millrace behind the protocol of adapters, over standard input and output, or with a port over HTTP. It shows that the
 * protocol says all that the kit asks, and is a pattern for the adapter of another runtime.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { openEmbedded } from '../embedded.ts';
import { answering } from './answering.ts';
import type { Ask } from './messages.ts';

const answer = answering(openEmbedded);
const [port] = process.argv.slice(2);

if (port === undefined)
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const { id, ...ask } = JSON.parse(line) as Ask & { readonly id: number };
    process.stdout.write(`${JSON.stringify({ id, ...(await answer(ask as Ask)) })}\n`);
  });
else
  createServer(async (request, response) => {
    response.end(JSON.stringify(await answer((await json(request)) as Ask)));
  }).listen(Number(port), '127.0.0.1');
