/**
 * The second migration: leases given back, each row due when it was or at an instant, with a hint to the others, so that a
 * process that ends leaves its work to them at once. `{schema}` is the quoted name of the schema.
 */
export const release = `
create function {schema}.release_2(p_now bigint, p_tenant text, p_ids text[], p_attempts bigint[], p_owner text,
  p_due bigint, p_channel text, p_node text) returns void
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_kinds text;
begin
  with held as materialized (
    select w.tenant, w.execution, w.id
    from unnest(p_ids, p_attempts) as l (id, attempt) join {schema}.wake_ups w on w.tenant = p_tenant and w.id = l.id
    where w.attempt = l.attempt and w.owner = p_owner and w.until > {schema}.clock_1(p_now)
    order by w.execution, w.id for update of w
  ),
  given as (
    update {schema}.wake_ups u set owner = null, until = null, due = coalesce(p_due, u.due)
    from held h where u.tenant = h.tenant and u.execution = h.execution and u.id = h.id
    returning u.kind
  )
  select string_agg(distinct g.kind, ' ') into v_kinds from given g;
  if v_kinds is not null then perform pg_notify(p_channel, p_node || ' ' || v_kinds); end if;
end $$;
`;
