/**
 * Talks to a server: writes a workflow, publishes it, runs it, watches it, looks back.
 *
 * `node examples/sdk/basic-usage.ts [URL]`; the API key, when the server wants one, is in MILLRACE_API_KEY.
 */
import { createClient, jq, MillraceApiError, set, wait, workflow } from '@millrace/sdk';

// #region connect
const apiKey = process.env.MILLRACE_API_KEY;
const millrace = createClient(
  process.argv[2] ?? 'http://127.0.0.1:8080',
  apiKey === undefined ? {} : { apiKey },
);
// #endregion

// #region build
const greet = workflow('examples/sdk-greet', '1.0.0', { title: 'A greeting after a pause' })
  .do(wait('pause', { milliseconds: 100 }), set('greet', { greeting: jq`"Hello, \(.name)!"` }))
  .build();
await millrace.workflows.deploy(greet);
// #endregion

// #region run
const ended = await millrace.executions.run({ workflow: 'examples/sdk-greet', input: { name: 'Ada' } });
console.log(ended.status, ended.output); // completed { greeting: 'Hello, Ada!' }
// #endregion

// #region watch
const { execution } = await millrace.executions.start({
  workflow: 'examples/sdk-greet',
  input: { name: 'Grace' },
  idempotencyKey: `greeting-of-${Date.now()}`,
});
for await (const { version, fact } of millrace.executions.watch(execution.id)) {
  console.log(version, fact.type);
}
// #endregion

// #region list
const query = { workflow: 'examples/sdk-greet', status: ['completed'], pageSize: 50 } as const;
for await (const { id, startedAt } of millrace.executions.list(query)) {
  console.log(startedAt, id);
}
// #endregion

// #region errors
try {
  await millrace.executions.start({ workflow: 'examples/absent' });
} catch (error) {
  if (!(error instanceof MillraceApiError) || error.code !== 'not-found') throw error;
  console.log(error.message);
}
// #endregion

await millrace.close();
