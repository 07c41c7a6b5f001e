export { type JqIo, runJq } from './cli.ts';
export { type BudgetLimit, JqBudgetError, JqError, JqHalt, JqSyntaxError } from './errors.ts';
export { type CompileOptions, compile, type Filter } from './filter.ts';
export { findEnd } from './find-end.ts';
export { Lazy } from './lazy.ts';
export type { Budget, Host } from './meter.ts';
export { DEPTH_MAX, SIZE_MAX, STEPS_MAX } from './meter.ts';
export {
  compileEcma,
  compileRegex,
  isEcmaPattern,
  type Regex,
  type RegexFlags,
  RegexLimitError,
  type RegexMatch,
  RegexSyntaxError,
} from './regex/regex.ts';
export type { Json } from './values/json.ts';
export { compare } from './values/order.ts';
export { stringify } from './values/print.ts';
