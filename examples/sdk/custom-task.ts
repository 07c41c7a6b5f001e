/**
 * Functions of a program as tasks of a workflow: validated at both ends, tried again, caught.
 *
 * `node examples/sdk/custom-task.ts`
 */
import { call, createEngine, defineTask, jq, set, tryCatch, workflow } from '@millrace/sdk';

const receipts = new Map<string, string>();
let unwell = 1;

// #region define
const charge = defineTask({
  name: 'charge',
  input: {
    type: 'object',
    properties: { card: { type: 'string' }, cents: { type: 'integer', minimum: 1 } },
    required: ['card', 'cents'],
  },
  output: { type: 'object', properties: { receipt: { type: 'string' } }, required: ['receipt'] },
  async run({ card, cents }, { idempotencyKey }) {
    return { receipt: await pay(card, cents, idempotencyKey) };
  },
});
// #endregion

/** A payment service: it is unwell once, and knows a payment that it has seen before by its key. */
async function pay(card: string, cents: number, idempotencyKey: string): Promise<string> {
  if (unwell-- > 0)
    throw Object.assign(new Error('the bank is busy'), {
      type: 'https://example.com/errors/busy',
      status: 503,
    });
  const known = receipts.get(idempotencyKey) ?? `${cents} cents of ${card}`;
  receipts.set(idempotencyKey, known);
  return known;
}

// #region use
const checkout = workflow('examples/sdk-checkout', '1.0.0')
  .do(
    tryCatch('pay', [call.function('charge', charge, { card: jq`.card`, cents: jq`.total * 100` })], {
      errors: { with: { status: 503 } },
      retry: { delay: { milliseconds: 50 }, limit: { attempt: { count: 3 } } },
    }),
    set('confirm', { receipt: jq`.receipt` }),
  )
  .build();

const millrace = await createEngine({ functions: [charge] });
const paid = await millrace.executions.run({ definition: checkout, input: { card: '4242', total: 12 } });
console.log(paid.output); // { receipt: '1200 cents of 4242' }

const refused = await millrace.executions.run({ definition: checkout, input: { card: '4242', total: 0 } });
console.log(refused.status, refused.error?.detail); // faulted the input of the task charge does not fit its schema…
await millrace.close();
// #endregion
