export type { EventConsumption, Task, TaskList, WorkflowDocument } from './language/document.ts';
export { parseDuration } from './language/duration.ts';
export { sameErrorType, standardErrors, standardType } from './language/errors.ts';
export type { Parsed, ParseOptions, Source, SourceError } from './language/parse.ts';
export { parse, parseValue } from './language/parse.ts';
export { type ParsedFunction, parseFunction } from './language/parse-function.ts';
export { secretNames } from './language/secret-names.ts';
export type * from './model/commands.ts';
export type * from './model/effects.ts';
export type * from './model/errors.ts';
export { factSchema, readFacts, upcastFacts, writeFacts } from './model/fact-schema.ts';
export type * from './model/facts.ts';
export { childId, endsExecution } from './model/facts.ts';
export type { Json, JsonObject } from './model/json.ts';
export { asJsonObject, isJsonObject, setMember } from './model/json.ts';
export type * from './model/state.ts';
export { emptyState, isTerminal, openPhases, phases, taskKey, waitsForPlace } from './model/state.ts';
export { unreachable } from './model/unreachable.ts';
export type * from './model/views.ts';
export { type Executable, link } from './program/link.ts';
export { listensOf, scheduledConsumption } from './program/listens.ts';
export { lower } from './program/lower.ts';
export { misplacedSecrets } from './program/misplaced-secrets.ts';
export { pointerTo, valueAt } from './program/pointer.ts';
export type {
  EventFilter,
  EventStrategy,
  Expression,
  ListenNode,
  Node,
  Program,
  Template,
} from './program/program.ts';
export type { MissingResource, Resource, ResourceRequest, Resources } from './program/resources.ts';
export { taskNames, taskPointer } from './program/task-pointer.ts';
export { unsupportedMessage, unsupportedPlaces } from './program/unsupported.ts';
export { type DifferingLimit, differingLimits } from './projections/differing-limits.ts';
export {
  type LedgerChange,
  type LedgerRow,
  ledgerChanges,
  noRows,
  type OwnRows,
  ownRows,
} from './projections/ledger.ts';
export {
  type LifecycleEvent,
  lifecycleEvents,
  lifecycleOf,
  type StoredCommit,
} from './projections/lifecycle.ts';
export { missingRoles } from './projections/missing-roles.ts';
export { phaseOf } from './projections/phase.ts';
export { eventErrors, withoutUnset } from './rules/cloud-event.ts';
export { type Decided, type DecideOptions, decide } from './rules/decide.ts';
export {
  type Evaluated,
  type FilterSight,
  isComparable,
  keyText,
  type Matched,
  matchFilter,
} from './rules/event-filter.ts';
export { evolve, fold } from './rules/evolve.ts';
export { standardError } from './rules/fault.ts';
export { approximateBytes, defaultLimits, type Limits } from './rules/limits.ts';
export {
  type BoundKey,
  boundKeys,
  eventKey,
  type ListenRow,
  listenerOf,
  listenRowId,
  listenRows,
} from './rules/listening.ts';
export { readingOf } from './rules/read-event.ts';
export { sharedSight } from './rules/shared-sight.ts';
export { filtersOf } from './rules/tasks/listen.ts';
export {
  type Dues,
  dueAfter,
  duesAt,
  type Misfire,
  type ScheduledEvents,
  sourcesOf,
  type Timetable,
} from './schedule/timetable.ts';
export { compileSchema, SchemaCompileError, type SchemaError, type Validator } from './schema/schema.ts';
export { version } from './version.ts';
