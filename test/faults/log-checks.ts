/** What must hold of the log when everything has ended, whatever happened meanwhile: each check answers with what is wrong. */
import type { Api, StoredEvent } from '../support/api.ts';
import type { RecordingService } from '../support/recording-service.ts';
import type { Kind } from './processes/mixed-kinds.ts';

/** What was acknowledged, by its id. */
export type Acknowledged = Map<string, Kind>;

/** What was lost or is wrong of executions that were acknowledged, once all of them have ended. */
export async function lossesOf(
  api: Api,
  acknowledged: Acknowledged,
  executions: number,
  service: RecordingService,
): Promise<readonly string[]> {
  return [
    ...(await wrongEndings(api, acknowledged, executions)),
    ...(await wrongEffects(api, acknowledged, service)),
    ...(await leftInLedger(api.url)),
  ];
}

export async function wrongEndings(
  api: Api,
  acknowledged: Acknowledged,
  executions: number,
): Promise<string[]> {
  const losses =
    acknowledged.size === executions ? [] : [`${acknowledged.size} of ${executions} executions were started`];
  for (const [id, { name, output, status = 'completed' }] of acknowledged) {
    const found = await api.execution(id, '60s').catch((error: Error) => error);
    if (found instanceof Error) losses.push(`${id} (${name}): ${found.message}`);
    else if (found.status !== status || JSON.stringify(found.output) !== JSON.stringify(output))
      losses.push(`${id} (${name}) is ${found.status} with ${JSON.stringify(found.output ?? found.error)}`);
  }
  return losses;
}

/** One result for each effect, one key for each deed, however often it was sent. */
export async function wrongEffects(
  api: Api,
  acknowledged: Acknowledged,
  service: RecordingService,
): Promise<string[]> {
  const losses: string[] = [];
  const sentBy = Map.groupBy(service.requests, ({ execution }) => execution);
  for (const id of acknowledged.keys()) {
    const events = await api.events(id).catch((error: Error) => error);
    if (events instanceof Error) {
      losses.push(`${id}: its events cannot be read: ${events.message}`);
      continue;
    }
    const expect = (holds: boolean, rule: string) => holds || losses.push(`${id}: ${rule}`);
    expect(
      events.every(({ version }, index) => version === index + 1),
      'its versions have gaps',
    );
    const requested = events.flatMap(({ version, fact }) =>
      fact.type === 'effect.requested' ? [version] : [],
    );
    const answered = events.flatMap((event) => (isOutcome(event) ? [event.fact.effect ?? 0] : []));
    expect(
      String(answered.toSorted((a, b) => a - b)) === String(requested),
      `effects ${requested} have the results ${answered}`,
    );
    const sent = sentBy.get(id) ?? [];
    const keys = Map.groupBy(sent, ({ key }) => key);
    expect(!keys.has(undefined), 'a deed was sent without a key');
    expect(keys.size === requested.length, `${requested.length} effects have ${keys.size} keys`);
    for (const [key, each] of keys)
      expect(new Set(each.map(({ step }) => step)).size === 1, `the key ${key} stands for two deeds`);
  }
  return losses;
}

/** When everything has ended nothing may be left to do. */
export async function leftInLedger(url: string): Promise<string[]> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^millrace_orphans(\{[^}]*\})? 0$/m.test(metrics) ? [] : ['there are orphans'];
}

function isOutcome({ fact: { type } }: StoredEvent): boolean {
  return type === 'effect.completed' || type === 'effect.failed' || type === 'effect.abandoned';
}

export function countRepeated(keys: readonly (string | undefined)[]): number {
  return [...Map.groupBy(keys, (key) => key).values()].filter(({ length }) => length > 1).length;
}
