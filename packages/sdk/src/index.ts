export { call, type HttpArguments, type OpenApiArguments } from './builder/call.ts';
export { type Computed, type Expression, jq } from './builder/expression.ts';
export {
  type EmittedEvent,
  emit,
  forEach,
  fork,
  raise,
  sequence,
  set,
  switchOn,
  type TaskCommon,
  type TaskEntry,
  task,
  tryCatch,
  wait,
} from './builder/tasks.ts';
export {
  InvalidWorkflowError,
  type WorkflowBuilder,
  type WorkflowHeader,
  workflow,
} from './builder/workflow.ts';
export { type ClientOptions, createClient } from './client/create-client.ts';
export { createEngine, type EngineOptions } from './engine/create-engine.ts';
export {
  type ConnectionFault,
  MillraceApiError,
  MillraceConnectionError,
  type Problem,
  type ProblemPlace,
} from './errors.ts';
export type * from './interface.ts';
export type { Listing, Page } from './listing.ts';
export { defineTask, type TaskDefinition, type TaskOptions } from './task/define-task.ts';
export type { FunctionContext, Functions, HostFunction } from './task/host-function.ts';
export type { SchemaType } from './task/schema-type.ts';
export type * from './views.ts';
export type { WorkflowId, WorkflowReference } from './workflow-id.ts';
