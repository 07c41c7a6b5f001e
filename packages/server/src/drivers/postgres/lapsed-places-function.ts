/**
 * Claims of places that give what has lapsed to the same executions again.
 *
 * 1. Who was claimed for a place may still be granted it by the process that claimed it, however late: nobody else is to get
 *    that place before. So executions whose lease has lapsed come first, whoever asked earlier.
 * 2. Such a row that a commit has just locked is waited for, and not stepped over: the commit may be that grant. Rows are
 *    locked in the order in which renewals lock them.
 * 3. What is left is for `claim_4`, which counts these as taken.
 */
export const claimLapsed = `
create or replace function {schema}.claim_5(p_now bigint, p_kinds text[], p_owner text, p_lease bigint, p_rows integer, p_after text,
  p_limits text[], p_places bigint[], p_afters text[])
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint, queue text, turn text)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_at bigint := {schema}.clock_1(p_now);
  v_free bigint;
  v_left integer := p_rows;
  r record;
begin
  if 'place' = any (p_kinds) then
    for v_limit in 1 .. array_length(p_limits, 1) loop
      perform pg_advisory_xact_lock(hashtextextended('{name} ' || p_limits[v_limit], 1296649298));
      v_free := greatest(0, p_places[v_limit] - {schema}.places_taken_4(v_at, p_kinds, p_limits[v_limit]));
      for r in
        select w.tenant, w.execution, w.id, w.claimable from {schema}.wake_ups w
        where w.kind = 'place' and w.owner is not null and w.claimable <= v_at
          and w.queue > p_limits[v_limit] || ' ' and w.queue < p_limits[v_limit] || '!'
        order by w.execution, w.id limit least(v_free, v_left) for update of w
      loop
        return query update {schema}.wake_ups u set owner = p_owner, until = v_at + p_lease, attempt = u.attempt + 1
        where u.tenant = r.tenant and u.execution = r.execution and u.id = r.id
        returning u.tenant, u.execution, u.id, u.kind, u.due, u.attempt, u.until, u.unsafe, u.body, r.claimable, u.queue, u.queue;
        v_left := v_left - 1;
      end loop;
    end loop;
  end if;
  if v_left > 0 then
    return query select c.* from {schema}.claim_4(v_at, p_kinds, p_owner, p_lease, v_left, p_after, p_limits, p_places,
      p_afters) c;
  end if;
end $$;
`;

/** The fifth migration. `{schema}` is the quoted name of the schema. */
export const lapsedPlaces = `
create index wake_ups_placed on {schema}.wake_ups (queue, claimable) where kind = 'place' and owner is not null;

${claimLapsed}
`;
