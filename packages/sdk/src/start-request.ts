/** What is sent to start an execution, the same to a server and to an embedded engine. */
import type { Json, JsonObject } from '@millrace/core';
import { badRequest } from './errors.ts';
import type { StartRequest } from './interface.ts';
import { toJson } from './json-value.ts';
import { uuid } from './uuid.ts';
import { toWorkflowId, type WorkflowId } from './workflow-id.ts';

export interface CheckedStart {
  readonly content: {
    readonly workflow?: WorkflowId;
    readonly definition?: string | JsonObject;
    readonly input?: Json;
    readonly id?: string;
  };
  /** Always there: it makes a start that is sent twice, since its answer was lost, one start. */
  readonly idempotencyKey: string;
  /** this start has an id and key of its own, so nobody else can have started it */
  readonly unique: boolean;
}

/** Copies and checks it. Throws `bad-request`. */
export function checkStart({ workflow, definition, input, id, idempotencyKey }: StartRequest): CheckedStart {
  const unique = id === undefined && idempotencyKey === undefined;
  const own = unique ? uuid() : id;
  const content = {
    ...(workflow === undefined ? {} : { workflow: toWorkflowId(workflow) }),
    ...(definition === undefined ? {} : { definition: definitionOf(definition) }),
    ...(input === undefined ? {} : { input: jsonOf('input', input) }),
    ...(own === undefined ? {} : { id: own }),
  };
  return { content, idempotencyKey: idempotencyKey ?? own ?? uuid(), unique };
}

function definitionOf(definition: string | object): string | JsonObject {
  return typeof definition === 'string' ? definition : (jsonOf('definition', definition) as JsonObject);
}

/** A copy as JSON. Throws `bad-request` that begins with the name of what was given. */
export function jsonOf(name: string, value: unknown): Json {
  try {
    return toJson(value);
  } catch (error) {
    throw badRequest(`${name}: ${(error as Error).message}.`, { cause: error });
  }
}
