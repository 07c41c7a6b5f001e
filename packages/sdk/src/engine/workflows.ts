import type { EmbeddedEngine } from 'millrace';
import type { Workflows } from '../interface.ts';
import { listing } from '../listing.ts';
import { limitOf } from '../query.ts';
import { toWorkflowId } from '../workflow-id.ts';
import type { Gate } from './gate.ts';

export function embeddedWorkflows(engine: EmbeddedEngine, gate: Gate): Workflows {
  return {
    deploy: (definition, options = {}) =>
      gate.pass(options, async () =>
        structuredClone(
          await engine.deploy(typeof definition === 'string' ? definition : JSON.stringify(definition)),
        ),
      ),
    get: (workflow, options = {}) =>
      gate.pass(options, async () => structuredClone(await engine.workflow(toWorkflowId(workflow)))),
    definition: (digest, options = {}) =>
      gate.pass(options, async () => structuredClone(await engine.definition(digest))),
    list: (query = {}, options = {}) =>
      listing((cursor) =>
        gate.pass(options, async () => {
          const { rows, cursor: next } = await engine.workflows({
            ...limitOf(query),
            ...(query.namespace === undefined ? {} : { namespace: query.namespace }),
            ...(cursor === undefined ? {} : { cursor }),
          });
          return next === undefined ? { items: rows } : { items: rows, cursor: next };
        }),
      ),
    schedule: (workflow, { count, ...options } = {}) =>
      gate.pass(options, async () =>
        engine.schedule(toWorkflowId(workflow), count === undefined ? {} : { count }),
      ),
    pauseSchedule: (workflow, { reason, ...options } = {}) =>
      gate.pass(options, async () => engine.pauseSchedule(toWorkflowId(workflow), reason)),
    resumeSchedule: (workflow, options = {}) =>
      gate.pass(options, async () => engine.resumeSchedule(toWorkflowId(workflow))),
    delete: (workflow, { force = false, ...options } = {}) =>
      gate.pass(options, async () => engine.undeploy(toWorkflowId(workflow), { force })),
  };
}
