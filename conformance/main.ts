/**
 * `npm run conformance -- PATH…`: runs feature files (or folders of them) and lists every scenario. Starts a server
 * and the stand-in for foreign hosts; `--url URL` uses a server that runs already.
 */
import { parseArgs } from 'node:util';
import { runKit } from './kit.ts';
import { connectMillrace } from './millrace.ts';
import { formatResults, readFeatures, runFeatures } from './runner.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: 'string' }, 'api-key': { type: 'string' } },
});

if (positionals.length === 0) {
  console.error('usage: npm run conformance -- PATH… [--url URL [--api-key KEY]]');
  process.exit(2);
}

const results = values.url === undefined ? await runKit(positionals) : await runAgainst(values.url);
console.log(formatResults(results));
process.exitCode = results.length > 0 && results.every(({ failure }) => failure === undefined) ? 0 : 1;

function runAgainst(url: string) {
  const apiKey = values['api-key'];
  return runFeatures(
    readFeatures(positionals),
    connectMillrace({ url, ...(apiKey === undefined ? {} : { apiKey }) }),
  );
}
