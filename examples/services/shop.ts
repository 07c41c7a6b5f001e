/** A shop: reservations, payments, shipments, products, invoices. */
import {
  createTurns,
  listOf,
  memberOf,
  numberOf,
  Refusal,
  type Routes,
  required,
  textOf,
} from './service.ts';

/** The payment service is unwell twice before it takes the payment of an order. */
const paymentTurns = 3;
/** A refund goes through at the second try. */
const refundTurns = 2;
/** Somebody pays an invoice before the third look at it. */
const invoiceTurns = 3;

export function createShop(): Routes {
  const paymentTurn = createTurns(paymentTurns);
  const refundTurn = createTurns(refundTurns);
  const invoiceTurn = createTurns(invoiceTurns);
  const charges = new Map<string, { readonly id: string; readonly amount: number }>();
  return {
    'POST /reservations': (call) => {
      listOf(call, 'items');
      return { status: 201, body: { id: `res-${textOf(call, 'order')}` } };
    },
    'DELETE /reservations/:id': () => ({}),

    'POST /payments': (call) => {
      numberOf(call, 'amount');
      const order = textOf(call, 'order');
      if (paymentTurn(order) < paymentTurns) throw new Refusal(503, 'the bank does not answer');
      return { status: 201, body: { id: `pay-${order}` } };
    },
    'POST /payments/:id/refund': ({ params }) => {
      if (refundTurn(params.id ?? '') < refundTurns) throw new Refusal(503, 'the bank does not answer');
      return { body: { id: params.id, refunded: true } };
    },

    'POST /shipments': (call) => {
      const country = memberOf(memberOf(call.body, 'address'), 'country');
      if (country === 'AQ') throw new Refusal(422, 'no carrier goes to AQ');
      return { status: 201, body: { id: `ship-${textOf(call, 'order')}`, carrier: 'snail' } };
    },

    // Each key is charged once: the first answer to it is lost, and a repetition gets what the first would have.
    'POST /charges': (call) => {
      const key = required(call.headers['idempotency-key'] as string | undefined, 'Idempotency-Key');
      const known = charges.get(key);
      if (known !== undefined) return { body: { ...known, repeated: true } };
      charges.set(key, { id: `charge-${charges.size + 1}`, amount: numberOf(call, 'amount') });
      return { lost: true };
    },
    'GET /charges': () => ({ body: { count: charges.size } }),

    'GET /products/:sku': ({ params }) => ({
      delayMs: 20,
      body: { sku: params.sku, name: 'Teapot', price: 24.5 },
    }),
    'GET /stock/:sku': ({ params }) => ({ delayMs: 20, body: { sku: params.sku, available: 7 } }),
    'GET /reviews/:sku': () => {
      throw new Refusal(500, 'the reviews are being moved');
    },

    'GET /invoices/:id': ({ params }) => ({
      body: { id: params.id, paid: invoiceTurn(params.id ?? '') === invoiceTurns },
    }),
  };
}
