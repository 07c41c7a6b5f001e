/** What a store tells in numbers, for operators. */

/** Rows of the ledger and executions of all tenants, counted: what the metrics and the orphan check read. */
export interface StoreCounts {
  /** by status, each status named */
  readonly executions: Readonly<Record<string, number>>;
  /** by kind, each kind named */
  readonly wakeUps: Readonly<Record<string, number>>;
  /** open executions that own no wake-up at all, but for a place */
  readonly orphans: number;
  /** wake-ups that are due for more than `overdueMs`, unleased or with a lapsed lease; not those that wait by a limit */
  readonly overdue: number;
  readonly doubted: number;
}

/** What retention has dropped. */
export interface Dropped {
  readonly executions: number;
  /** of the log */
  readonly weeks: number;
  /** large values that nothing names any more */
  readonly blobs: number;
}
