/**
 * A web server with the engine in itself: orders survive a crash of this program, in one SQLite file.
 *
 * `node examples/sdk/embedded-server.ts [PORT] [FOLDER]`, then
 * `curl -d '{"item": "tea"}' http://127.0.0.1:PORT/orders/A-1` and `curl http://127.0.0.1:PORT/orders/A-1`.
 */
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { call, createEngine, defineTask, jq, MillraceApiError, wait, workflow } from '@millrace/sdk';

const [port = '8090', folder = '.millrace'] = process.argv.slice(2);

const ship = defineTask({
  name: 'ship',
  input: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  run: ({ item }) => ({ shipped: item }),
});

// #region open
mkdirSync(folder, { recursive: true });
const millrace = await createEngine({
  store: `sqlite:${folder}/orders.db`,
  data: folder,
  functions: [ship],
});
await millrace.workflows.deploy(
  workflow('examples/sdk-order', '1.0.0')
    .do(wait('pack', { milliseconds: 500 }), call.function('ship', ship, { item: jq`.item` }))
    .build(),
);
// #endregion

// #region serve
const server = createServer(async (request, response) => {
  const id = request.url?.split('/').at(-1) ?? '';
  const answer = await (request.method === 'POST' ? order(id, request) : look(id)).catch(problem);
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
});

/** The same order twice is one execution: its id is the order's. */
async function order(id: string, request: IncomingMessage) {
  const { created } = await millrace.executions.start({
    workflow: 'examples/sdk-order',
    id,
    input: await json(request),
  });
  return { status: created ? 201 : 200, body: { order: id } };
}

async function look(id: string) {
  const { status, output } = await millrace.executions.get(id);
  return { status: 200, body: { order: id, status, output } };
}

function problem(error: unknown) {
  if (error instanceof MillraceApiError) return { status: error.status, body: error.problem };
  return { status: 400, body: { title: String(error) } };
}
// #endregion

server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`);
});

// #region stop
process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await millrace.close();
});
// #endregion
