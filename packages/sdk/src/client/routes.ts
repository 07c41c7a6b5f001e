/** The operations of the API that the client uses, under their names in the server's OpenAPI description. */

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: `/api/v1/${string}`;
  /**
   * Whether asking twice is as good as once, so that a request whose fate is unknown is sent again. `startExecution`
   * is by its idempotency key, `publishWorkflow` by its content, `publishEvents` by the ids of its events. `retryExecution` would start a second execution;
   * `removeWorkflow` would answer that there is nothing to remove, `resolveEffect` that it is resolved.
   */
  readonly repeatable: boolean;
}

export const routes = {
  publishWorkflow: { method: 'POST', path: '/api/v1/workflows', repeatable: true },
  listWorkflows: { method: 'GET', path: '/api/v1/workflows', repeatable: true },
  getWorkflow: { method: 'GET', path: '/api/v1/workflows/{id}', repeatable: true },
  removeWorkflow: { method: 'DELETE', path: '/api/v1/workflows/{id}', repeatable: false },
  getSchedule: {
    method: 'GET',
    path: '/api/v1/workflows/{namespace}/{name}/schedule',
    repeatable: true,
  },
  pauseSchedule: {
    method: 'POST',
    path: '/api/v1/workflows/{namespace}/{name}/schedule/pause',
    repeatable: true,
  },
  resumeSchedule: {
    method: 'POST',
    path: '/api/v1/workflows/{namespace}/{name}/schedule/resume',
    repeatable: true,
  },
  getDefinition: { method: 'GET', path: '/api/v1/definitions/{digest}', repeatable: true },
  startExecution: { method: 'POST', path: '/api/v1/executions', repeatable: true },
  listExecutions: { method: 'GET', path: '/api/v1/executions', repeatable: true },
  followExecutions: { method: 'GET', path: '/api/v1/feed/executions', repeatable: true },
  getExecution: { method: 'GET', path: '/api/v1/executions/{id}', repeatable: true },
  getExecutionInput: { method: 'GET', path: '/api/v1/executions/{id}/input', repeatable: true },
  getExecutionOutput: { method: 'GET', path: '/api/v1/executions/{id}/output', repeatable: true },
  getEventValue: { method: 'GET', path: '/api/v1/executions/{id}/events/{version}/value', repeatable: true },
  getExecutionEvents: { method: 'GET', path: '/api/v1/executions/{id}/events', repeatable: true },
  getExecutionLifecycle: { method: 'GET', path: '/api/v1/executions/{id}/lifecycle', repeatable: true },
  getExecutionWakeUps: { method: 'GET', path: '/api/v1/executions/{id}/wake-ups', repeatable: true },
  cancelExecution: { method: 'POST', path: '/api/v1/executions/{id}/cancel', repeatable: true },
  suspendExecution: { method: 'POST', path: '/api/v1/executions/{id}/suspend', repeatable: true },
  resumeExecution: { method: 'POST', path: '/api/v1/executions/{id}/resume', repeatable: true },
  retryExecution: { method: 'POST', path: '/api/v1/executions/{id}/retry', repeatable: false },
  resolveEffect: { method: 'POST', path: '/api/v1/executions/{id}/in-doubt/{effect}', repeatable: false },
  publishEvents: { method: 'POST', path: '/api/v1/events', repeatable: true },
  getEventMatches: { method: 'GET', path: '/api/v1/events/{id}/matches', repeatable: true },
  listNodes: { method: 'GET', path: '/api/v1/nodes', repeatable: true },
  getSystem: { method: 'GET', path: '/api/v1/system', repeatable: true },
} as const satisfies Record<string, Route>;
