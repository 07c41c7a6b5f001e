/** Whether the server can take work: each part says so itself. */
export interface Readiness {
  readonly ready: boolean;
  /** by part: `store`, `worker` … */
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;
}
