/** Long jobs, and a load balancer with its metrics. */
import { createTurns, numberOf, Refusal, type Routes, required, textOf } from './service.ts';

/** A job is done at the fourth look. */
const jobTurns = 4;

/** Share of failed requests. From half of the traffic on, version 2.0.0 cannot bear the load. */
const errorRates = { healthy: 0.002, overloaded: 0.18 };

export function createOperations(): Routes {
  const jobTurn = createTurns(jobTurns);
  const traffic = new Map<string, number>();
  return {
    'POST /jobs': (call) => ({ status: 202, body: { id: `job-${textOf(call, 'report')}` } }),
    'GET /jobs/:id': ({ params }) => {
      const id = params.id ?? '';
      // An endless report is never done.
      if (id === 'job-endless' || jobTurn(id) < jobTurns) return { body: { id, state: 'running' } };
      return { body: { id, state: 'done', file: `/files/${id}.pdf` } };
    },
    'DELETE /jobs/:id': () => ({}),

    'PUT /traffic/:version': (call) => {
      const percent = numberOf(call, 'percent');
      if (percent < 0 || percent > 100) throw new Refusal(400, 'percent is from 0 to 100');
      traffic.set(call.params.version ?? '', percent);
      return { body: { version: call.params.version, percent } };
    },
    'GET /metrics/errors': ({ query }) => {
      const version = required(query.get('version'), 'version');
      const overloaded = version === '2.0.0' && (traffic.get(version) ?? 0) >= 50;
      return { body: { version, rate: overloaded ? errorRates.overloaded : errorRates.healthy } };
    },
  };
}
