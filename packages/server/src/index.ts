export type { FunctionContext, HostFunction } from './effects/function-effect.ts';
export { createEngine, type EmbeddedEngine, type EngineOptions } from './embedded.ts';
export type * from './engine/interface.ts';
export { type ErrorCode, errorTable, MillraceError } from './errors.ts';
