/** Bounds of decisions and histories. */
export interface Limits {
  /** facts of one decision; at the bound it commits with a `resume` row and goes on */
  readonly decisionEventsMax: number;
  /** approximate bytes of the values that one decision records */
  readonly decisionBytesMax: number;
  /** facts of one execution; beyond it the execution faults */
  readonly historyEventsMax: number;
  /** approximate bytes of the values that one execution records; beyond it the execution faults */
  readonly historyBytesMax: number;
  /** times that `then` leads backwards with no outcome and no wait in between; beyond it the task faults */
  readonly jumpsMax: number;
  /** approximate bytes of one value that a task yields */
  readonly valueBytesMax: number;
  /** how deep children may run children of their own */
  readonly childDepthMax: number;
  /** steps of one expression */
  readonly expressionStepsMax: number;
  /** depth of one expression's evaluation */
  readonly expressionDepthMax: number;
}

export const defaultLimits: Limits = {
  decisionEventsMax: 1_000,
  decisionBytesMax: 4 * 1024 * 1024,
  historyEventsMax: 1_000_000,
  historyBytesMax: 512 * 1024 * 1024,
  jumpsMax: 10_000,
  valueBytesMax: 64 * 1024 * 1024,
  childDepthMax: 16,
  expressionStepsMax: 2_000_000,
  expressionDepthMax: 1_500,
};

/** About how many bytes a value takes as JSON, counted no further than `max`. */
export function approximateBytes(value: unknown, max: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && bytes <= max; index++)
      bytes += 1 + approximateBytes(value[index], max - bytes);
    return bytes;
  }
  for (const key in value) {
    if (bytes > max) return bytes;
    bytes += key.length + 4 + approximateBytes((value as Record<string, unknown>)[key], max - bytes);
  }
  return bytes;
}
