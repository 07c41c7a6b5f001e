/** What Millrace answers: the same shapes from a server and from an embedded engine, and in the server itself. */
export type {
  Check,
  DefinitionView,
  EffectResolution,
  ExecutionChange,
  ExecutionEvent,
  ExecutionSummary,
  ExecutionView,
  LargeValue,
  NodeLoad,
  NodeView,
  SystemView,
  WakeUpView,
  WorkflowSource,
  WorkflowView,
} from '@millrace/core';
