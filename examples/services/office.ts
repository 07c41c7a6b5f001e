/** Approvals, mail, accounts, figures, and the addresses that hear of events. */
import { createTurns, memberOf, numberOf, Refusal, type Routes, required, textOf } from './service.ts';

/** A person decides before the third look. */
const approvalTurns = 3;
/** Nobody dares to decide on more than this. */
const approvalAmountMax = 10_000;
/** The search index takes an event at the second try. */
const searchTurns = 2;

export function createOffice(): Routes {
  const approvals = new Map<string, number>();
  const approvalTurn = createTurns(approvalTurns);
  const searchTurn = createTurns(searchTurns);
  return {
    'POST /approvals': (call) => {
      const id = `approval-${textOf(call, 'purchase')}`;
      approvals.set(id, numberOf(call, 'amount'));
      return { status: 201, body: { id } };
    },
    'GET /approvals/:id': ({ params }) => {
      const id = params.id ?? '';
      const amount = approvals.get(id);
      if (amount === undefined) throw new Refusal(404, `there is no approval ${id}`);
      const decided = amount <= approvalAmountMax && approvalTurn(id) === approvalTurns;
      return { body: decided ? { id, decision: 'approved', by: 'Grace' } : { id, decision: null } };
    },

    'POST /mail': (call) => {
      textOf(call, 'to');
      textOf(call, 'subject');
      return { status: 202, body: { queued: true } };
    },

    'GET /figures/:kind': ({ params, query }) => {
      const day = required(query.get('day'), 'day');
      const figures = params.kind === 'orders' ? { count: 41, amount: 1830.5 } : { count: 2, amount: 49 };
      return { delayMs: 10, body: { day, ...figures } };
    },

    'POST /accounts': (call) => {
      textOf(call, 'email');
      return { status: 201, body: { id: `acc-${textOf(call, 'name').toLowerCase()}` } };
    },
    'PUT /accounts/:id/plan': ({ params, body }) => ({
      body: { account: params.id, plan: memberOf(body, 'plan') },
    }),
    'POST /accounts/:id/keys': ({ params }) => ({ status: 201, body: { key: `key-of-${params.id}` } }),

    'POST /queues/:queue': ({ params }) => ({ status: 201, body: { ticket: `${params.queue}-1` } }),

    'POST /subscribers/:name': ({ params }) => {
      if (params.name === 'legacy') throw new Refusal(410, 'this address takes no events any more');
      if (params.name === 'search' && searchTurn('search') < searchTurns)
        throw new Refusal(503, 'reindexing');
      return { status: 202, body: { accepted: true } };
    },
  };
}
