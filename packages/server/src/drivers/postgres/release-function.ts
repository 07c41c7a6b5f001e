import { leasesInOrder } from './rows-by-id.ts';

/**
 * The second migration: leases given back, each row due when it was or at an instant, with a hint to the others, so that a
 * process that ends leaves its work to them at once. `{schema}` is the quoted name of the schema.
 */
export const release = `
create or replace function {schema}.release_2(p_now bigint, p_tenant text, p_ids text[], p_attempts bigint[],
  p_owner text, p_due bigint, p_channel text, p_node text) returns void
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_at bigint := {schema}.clock_1(p_now);
  v_kinds text[] := '{}';
  v_kind text;
  r record;
begin
  for r in ${leasesInOrder}
  loop
    update {schema}.wake_ups u set owner = null, until = null, due = coalesce(p_due, u.due)
    where u.tenant = p_tenant and u.execution = r.execution and u.id = r.id
      and u.attempt = r.attempt and u.owner = p_owner and u.until > v_at
    returning u.kind into v_kind;
    if found and v_kind <> all (v_kinds) then v_kinds := v_kinds || v_kind; end if;
  end loop;
  if v_kinds <> '{}' then perform pg_notify(p_channel, p_node || ' ' || array_to_string(v_kinds, ' ')); end if;
end $$;
`;
