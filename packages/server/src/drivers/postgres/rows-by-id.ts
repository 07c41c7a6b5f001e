/**
 * Rows of `wake_ups` found by their ids, whatever the statistics say of the table (0027). There is one index by ids alone; the
 * rest of a row's key is compared in a form that no index has, so that the planner has no other way.
 */

/** The whole key of a row as one text, to be held against those of many. */
export function keyText(tenant: string, execution: string, id: string): string {
  return `concat(${tenant}, e'\\x01', ${execution}, e'\\x01', ${id})`;
}

/**
 * The leases `p_ids` and `p_attempts` of `p_tenant` with their executions, in the order in which rows are locked. `attempt` is
 * in no index: what only needed columns of the primary key could be read from it, from one end to the other.
 */
export const leasesInOrder = `
    select w.execution, l.id, l.attempt from unnest(p_ids, p_attempts) as l (id, attempt) cross join lateral (
      select k.execution from {schema}.wake_ups k
      where k.id = l.id and concat(k.tenant) = p_tenant and k.attempt = l.attempt offset 0
    ) w order by w.execution, l.id`;
