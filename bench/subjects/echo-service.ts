/**
 * The HTTP service that workflows call, as a process of its own: answers a small JSON object, after `?ms=` when that is
 * given. Prints its port when it listens, and ends with its parent.
 */
import { createServer } from 'node:http';
import { endWithParent } from './child-process.ts';

const body = '{"ok":true,"n":1}';
const headers = { 'content-type': 'application/json', 'content-length': body.length };
const delayMsMax = 10_000;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  const answer = () => void response.writeHead(200, headers).end(body);
  const ms = Number(/\?ms=(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
  if (ms === 0) answer();
  else setTimeout(answer, Math.min(ms, delayMsMax));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(address.port);
});
endWithParent();
