/** Runs feature files against a Millrace server of their own, its outgoing calls led to the stand-in. */
import { connectMillrace } from './millrace.ts';
import { readFeatures, runFeatures, type ScenarioResult } from './runner.ts';
import { startServer } from './server-process.ts';
import { openStandIn } from './stand-in.ts';

export async function runKit(paths: readonly string[]): Promise<ScenarioResult[]> {
  const features = readFeatures(paths);
  const standIn = await openStandIn();
  try {
    const env = { MILLRACE_ORIGIN_MAP: JSON.stringify(standIn.originMap), MILLRACE_LOG_LEVEL: 'error' };
    const server = await startServer({ env });
    try {
      return await runFeatures(features, connectMillrace({ url: server.url }));
    } finally {
      await server.stop();
    }
  } finally {
    await standIn.close();
  }
}
