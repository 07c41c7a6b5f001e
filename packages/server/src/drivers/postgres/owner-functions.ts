/**
 * The eighth migration: partitions are made and dropped as the owner of the tables, whoever asks, as long as that is
 * somebody who may write the rows in them anyway. So servers need rights to rows only. `{schema}` is the quoted name of the
 * schema.
 */
export const ownerFunctions = `
create function {schema}.prepare_periods_8(p_until integer) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not has_table_privilege(session_user, '{schema}.commits', 'insert')
    or not has_table_privilege(session_user, '{schema}.periods', 'insert') then
    raise exception 'permission denied for function prepare_periods_8' using errcode = '42501';
  end if;
  perform {schema}.prepare_periods_1(p_until);
end $$;

create function {schema}.drop_ended_before_8(before timestamptz)
returns table (executions bigint, weeks integer)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not has_table_privilege(session_user, '{schema}.commits', 'delete')
    or not has_table_privilege(session_user, '{schema}.streams', 'delete') then
    raise exception 'permission denied for function drop_ended_before_8' using errcode = '42501';
  end if;
  return query select d.executions, d.weeks from {schema}.drop_ended_before(before) d;
end $$;
`;
