/** An execution on a server, reached through its API. */
import type { ApiClient } from './api-client.ts';
import { definitionText } from './definition-text.ts';
import type { RunTarget } from './run-target.ts';

export function remoteTarget(api: ApiClient): RunTarget {
  return {
    start: (subject, input) => api.start(subject, input),
    follow: (id, signal) => api.follow(id, 0, signal),
    execution: (id) => api.execution(id, { whole: true }),
    text: (execution) => definitionText(api, execution),
    cancel: (id, reason) => api.change(id, 'cancel', reason),
    close: async () => {},
  };
}
