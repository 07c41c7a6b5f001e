/**
 * `npm run examples`: starts the stand-in for the services that the examples call, prints how each example is run,
 * and then a line for every call that comes in. `-- --port N` takes another port.
 */
import { parseArgs } from 'node:util';
import { commandOf, readExamples } from './catalog.ts';
import { defaultPort, type Received, type StandIn, startStandIn } from './stand-in.ts';

const port = readPort();
const standIn = await start(port);
console.log(`The stand-in answers at ${standIn.url}. In another terminal, in the repository's folder:\n`);
for (const example of readExamples()) console.log(`# ${example.summary}\n${commandOf(example)}\n`);
if (port !== defaultPort)
  console.log(`Add "services": "${standIn.url}" to the inputs: they expect the port ${defaultPort}.\n`);
console.log('Calls are shown here as they come in; Ctrl-C ends it.\n');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => standIn.close());

function readPort(): number {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const given = values.port ?? String(defaultPort);
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  console.error(`--port: expected a number from 0 to 65535 but found "${given}".`);
  return process.exit(2);
}

async function start(wanted: number): Promise<StandIn> {
  try {
    return await startStandIn({ port: wanted, onReceived: show });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(
      `Port ${wanted} is taken. Stop what uses it, or choose another: npm run examples -- --port 4011`,
    );
    return process.exit(1);
  }
}

function show({ method, path, status }: Received): void {
  console.log(`${status === 0 ? 'lost' : String(status).padEnd(4)} ${method.padEnd(6)} ${path}`);
}
