/**
 * `npm run conformance -- [PATH…]`: runs feature files (or folders of them) and lists every scenario; without a path
 * those of the specification, when they are beside the repository, and our own. README.md has the options.
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { overAdapter } from './adapter/over-adapter.ts';
import {
  hasOfficialFeatures,
  type KitOptions,
  officialFeatures,
  ownFeatures,
  runKit,
  worldSettings,
} from './kit.ts';
import { connectMillrace } from './millrace.ts';
import { formatResults } from './report.ts';
import type { Runtime, WorldOptions } from './runtime.ts';

/** A server that runs already was told of it before. */
const worldPortDefault = 4010;

const usage = `usage: npm run conformance -- [PATH…] [OPTION…]

  --store memory|sqlite|URL  where Millrace keeps what it runs (sqlite)
  --embedded                 Millrace in this process instead of a server
  --url URL                  a Millrace that runs already, with --api-key KEY where it wants one
  --world                    what the environment of that Millrace has to say, for a shell
  --world-port N             where the stand-ins listen; with --url or --world ${worldPortDefault}, else a free one
  --adapter COMMAND|URL      any runtime, over the protocol of conformance/README.md
  --runtime MODULE           any runtime, by a module that exports connect(world)
  --concurrency N            scenarios at once`;

const { values, positionals } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}

try {
  const paths = positionals.length > 0 ? positionals : allFeatures();
  if (values.world) printWorld(paths);
  const results = await runKit(paths, await chosenOptions());
  console.log(formatResults(results));
  process.exitCode = results.length > 0 && results.every(({ failure }) => failure === undefined) ? 0 : 1;
} catch (error) {
  // A path that is not there, a feature file that cannot be read, a server that does not start.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

function printWorld(paths: readonly string[]): never {
  for (const [name, value] of Object.entries(worldSettings(paths, chosenPort() ?? worldPortDefault)))
    console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  process.exit(0);
}

function chosenPort(): number | undefined {
  const text = values['world-port'];
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  return refuse(`--world-port: expected a port, 1 to 65535, not "${text}"`);
}

function allFeatures(): string[] {
  if (hasOfficialFeatures()) return [officialFeatures, ownFeatures];
  // What a shell reads must hold nothing else.
  const say = values.world ? console.error : console.log;
  say(`The scenarios of the specification are skipped: there is no folder ${officialFeatures}\n`);
  return [ownFeatures];
}

async function chosenOptions(): Promise<KitOptions> {
  const { url, store, embedded, runtime, adapter, concurrency } = values;
  if ([url, runtime, adapter, embedded].filter((each) => each !== undefined).length > 1)
    refuse('--url, --runtime, --adapter and --embedded name the runtime: one of them at most');
  const scenariosMax = Number(concurrency ?? 1);
  if (!Number.isInteger(scenariosMax) || scenariosMax < 1)
    refuse(`--concurrency: expected a whole number from 1, not "${concurrency}"`);
  const worldPort = chosenPort() ?? (url === undefined ? undefined : worldPortDefault);
  const shared = {
    ...(concurrency === undefined ? {} : { concurrencyMax: scenariosMax }),
    ...(worldPort === undefined ? {} : { worldPort }),
  };
  if (url !== undefined) {
    const key = values['api-key'];
    return {
      ...shared,
      connect: async () => connectMillrace({ url, ...(key === undefined ? {} : { apiKey: key }) }),
    };
  }
  if (adapter !== undefined) return { ...shared, connect: (world) => overAdapter(adapter, world) };
  if (runtime !== undefined) return { ...shared, connect: await moduleOf(runtime) };
  return {
    ...shared,
    ...(embedded ? { place: 'embedded' as const } : {}),
    ...(store === undefined || store === 'sqlite' ? {} : { store: store === 'memory' ? 'memory:' : store }),
  };
}

/** A module that exports `connect(world)`, which answers with a `Runtime`. */
async function moduleOf(path: string): Promise<(world: WorldOptions) => Promise<Runtime>> {
  if (!existsSync(path)) refuse(`--runtime: there is no file ${path}`);
  const { connect } = await import(pathToFileURL(path).href);
  if (typeof connect !== 'function') throw new Error(`${path} exports no function connect(world)`);
  return connect;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        url: { type: 'string' },
        world: { type: 'boolean' },
        'world-port': { type: 'string' },
        'api-key': { type: 'string' },
        store: { type: 'string' },
        embedded: { type: 'boolean' },
        runtime: { type: 'string' },
        adapter: { type: 'string' },
        concurrency: { type: 'string' },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(why: string): never {
  console.error(`${why}\n\n${usage}`);
  process.exit(2);
}
