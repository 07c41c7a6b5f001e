/** What the services that a workflow calls were asked. The stand-ins note it. */
import type { Value } from '../runtime.ts';
import type { RequestLog } from '../world/request-log.ts';
import { withText, withValue } from './ending-steps.ts';
import { eventually, type Situation, StepError, type StepRule, saidIn } from './situation.ts';
import { changed, lacking } from './values.ts';

export const serviceSteps: readonly StepRule[] = [
  {
    form: "the service has received a request at 'PATH'",
    pattern: /^the service has received a request at '([^']+)'$/,
    run: async (situation, _step, [path = '']) => {
      await eventually(
        situation,
        async () => requestsOf(situation).at(path).length,
        (count) => count > 0,
        () => `nothing was asked at ${path}`,
      );
    },
  },
  {
    form: "the service should have received N requests at 'PATH'",
    pattern: /^the service should have received (\d+) requests? at '([^']+)'$/,
    run: async (situation, _step, [count, path = '']) => {
      const found = requestsOf(situation).at(path).length;
      if (found !== Number(count))
        throw new StepError(`${path} should be asked ${count} times, but was asked ${found} times`);
    },
    falsify: (step, [count, path]) => [
      withText(step, `the service should have received ${Number(count) + 1} requests at '${path}'`),
    ],
  },
  {
    form: "the service should have received a request at 'PATH' with:",
    pattern: /^the service should have received a request at '([^']+)' with:$/,
    run: async (situation, step, [path = '']) => {
      const found = requestsOf(situation).at(path);
      const expected = saidIn(step);
      const complaints = found.map((request) =>
        lacking(`the request at ${path}`, request as unknown as Value, expected),
      );
      if (complaints.includes(undefined)) return;
      throw new StepError(complaints[0] ?? `nothing was asked at ${path}`);
    },
    falsify: (step) => changed(saidIn(step)).map((value) => withValue(step, value)),
  },
];

function requestsOf({ requests }: Situation): RequestLog {
  if (!requests)
    throw new StepError('the stand-ins are not those of the kit: nobody knows what they were asked');
  return requests;
}
