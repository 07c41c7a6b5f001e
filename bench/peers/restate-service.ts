/** The service that Restate's server calls: `restate-service.ts PEERS_FOLDER SERVICE_URL`. Prints its port. */
import { createServer } from 'node:http2';
import { endWithParent } from '../subjects/child-process.ts';
import { forkWidth } from '../subjects/subject.ts';
import { caller } from './given.ts';
import { resolveFrom } from './install.ts';

interface Context {
  run<R>(name: string, action: () => R | Promise<R>): Promise<R>;
  sleep(ms: number): Promise<void>;
  readonly date: { now(): Promise<number> };
}

type Handler = (context: Context, input: never) => Promise<unknown>;

interface Sdk {
  service(options: { readonly name: string; readonly handlers: Readonly<Record<string, Handler>> }): unknown;
  createEndpointHandler(options: {
    readonly services: readonly unknown[];
  }): Parameters<typeof createServer>[1];
  readonly RestatePromise: { all<R>(promises: readonly Promise<R>[]): Promise<R[]> };
}

const [peersFolder = '', serviceUrl = ''] = process.argv.slice(2);
resolveFrom(peersFolder, 'restate');
const name: string = '@restatedev/restate-sdk';
const sdk = (await import(name)) as Sdk;
const call = caller(serviceUrl === '' ? undefined : { url: serviceUrl, pid: 0, close: async () => {} });

const steps: Handler = (context) => inSteps(context, 5, async (n) => n);
const calls: Handler = (context) => inSteps(context, 3, async () => (await call()).n);
const fork: Handler = async (context) => {
  const branches = Array.from({ length: forkWidth }, (_, n) => context.run(`branch${n}`, () => ({ n })));
  return (await sdk.RestatePromise.all(branches)).length;
};
const sleep = async (context: Context, { id, ms }: { readonly id: number; readonly ms: number }) => {
  const due = (await context.date.now()) + ms;
  await context.sleep(ms);
  tell({ id, lateMs: Date.now() - due });
};

const services = [sdk.service({ name: 'bench', handlers: { steps, calls, fork, sleep } })];
const server = createServer({}, sdk.createEndpointHandler({ services }));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`listening ${address.port}`);
});
endWithParent();

async function inSteps(
  context: Context,
  count: number,
  step: (n: number) => Promise<number>,
): Promise<unknown> {
  let state: Readonly<Record<string, number>> = {};
  for (let n = 0; n < count; n += 1) {
    const before = state;
    state = await context.run(`step${n}`, async () => ({ ...before, [`step${n}`]: await step(n) }));
  }
  return state;
}

interface Told {
  readonly id: number;
  readonly lateMs: number;
}

let waiting: Told[] = [];

/** In batches: a message for each would cost what is measured. */
function tell(told: Told): void {
  waiting.push(told);
  if (waiting.length > 1) return;
  setTimeout(() => {
    process.send?.(waiting);
    waiting = [];
  }, 20);
}
