// #region decide
import { decide, emptyState, link, lower, parse } from '@millrace/core';

const text = `
document: { dsl: '1.0.3', namespace: examples, name: pause, version: '1.0.0' }
do: [{ pause: { wait: { seconds: 1 } } }]
`;
const parsed = parse(text, { file: 'pause.yaml' });
if (!parsed.ok) {
  for (const { line, column, message } of parsed.errors) console.log(`${line}:${column} ${message}`);
} else {
  const definition = { namespace: 'examples', name: 'pause', version: '1.0.0', digest: 'sha256:…' };
  const decided = decide(
    emptyState(),
    { type: 'execution.start', execution: 'e1', definition, input: { name: 'Ada' } },
    {
      execution: 'e1',
      executable: link(lower(parsed.workflow)),
      moment: { now: Date.now(), random: Math.random },
    },
  );
  // What happened up to the next wait: execution.started, task.started, wait.started.
  if (decided.type === 'decided') console.log(decided.facts.map(({ type }) => type).join(', '));
}
// #endregion
