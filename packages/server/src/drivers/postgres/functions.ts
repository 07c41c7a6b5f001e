/** The functions of the first migration. `{schema}` is the quoted name of the schema. */
import { commit } from './commit-function.ts';
import { leasesInOrder } from './rows-by-id.ts';

/** The store's clock: the database's, unless a test hands in its own. */
const clock = `
create function {schema}.clock_1(given bigint) returns bigint language sql volatile as $$
  select coalesce(given, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;
`;

/**
 * Each kind is a stretch of the index, read from its earliest on; rows that another process is just claiming are
 * stepped over.
 */
const claim = `
create function {schema}.claim_1(p_now bigint, p_kinds text[], p_owner text, p_lease bigint, p_rows integer)
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint)
language sql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  with instant as materialized (select {schema}.clock_1(p_now) as at),
  found as materialized (
    select w.tenant, w.execution, w.id, w.claimable
    from instant cross join unnest(p_kinds) as k (kind) cross join lateral (
      select c.tenant, c.execution, c.id, c.claimable from {schema}.wake_ups c
      where c.kind = k.kind and c.claimable <= instant.at
      order by c.claimable limit p_rows for update of c skip locked
    ) w
    order by w.claimable, w.tenant, w.execution, w.id limit p_rows
  )
  update {schema}.wake_ups u set owner = p_owner, until = instant.at + p_lease, attempt = u.attempt + 1
  from found f, instant
  where u.tenant = f.tenant and u.execution = f.execution and u.id = f.id
  returning u.tenant, u.execution, u.id, u.kind, u.due, u.attempt, u.until, u.unsafe, u.body, f.claimable
$$;
`;

/** Executions by their ids. The plan is that of an index, though the table may have been empty when it was made. */
const executions = `
create function {schema}.executions_1(p_tenants text[], p_ids text[])
returns table (place bigint, stream text, namespace text, name text, workflow_version text, definition text, status text,
  started_at bigint, updated_at bigint, ended_at bigint, error text)
language sql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select a.place, s.stream, s.namespace, s.name, s.workflow_version, s.definition, s.status,
    s.started_at, s.updated_at, s.ended_at, s.error
  from unnest(p_tenants, p_ids) with ordinality as a (tenant, id, place)
  join {schema}.streams s on s.tenant = a.tenant and s.stream = a.id where s.status is not null
$$;
`;

/** Of each stream the commit that holds a version. */
const readEach = `
create function {schema}.read_each_1(p_tenants text[], p_streams text[], p_versions bigint[])
returns table (place bigint, tenant text, stream text, version bigint, facts integer, id text, previous text,
  "time" bigint, cause text, body text, "position" bigint)
language sql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select a.place, c.tenant, c.stream, c.version, c.facts, c.id, c.previous, c.time, c.cause, c.body, c.position
  from unnest(p_tenants, p_streams, p_versions) with ordinality as a (tenant, stream, version, place)
  join {schema}.streams s on s.tenant = a.tenant and s.stream = a.stream
  cross join lateral (
    select k.* from {schema}.commits k
    where k.tenant = a.tenant and k.stream = a.stream and k.period >= s.first_period and k.version <= greatest(a.version, 1)
    order by k.version desc limit 1
  ) c
  where c.version + c.facts > a.version
$$;
`;

/** Leases that are held: extended or given back one by one, in sorted order. Rows are looked for by the index of ids alone. */
export const lease = `
create or replace function {schema}.relet_1(p_now bigint, p_tenant text, p_ids text[], p_attempts bigint[], p_owner text,
  p_lease bigint, p_due bigint)
returns table (id text)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_at bigint := {schema}.clock_1(p_now);
  r record;
begin
  for r in ${leasesInOrder}
  loop
    update {schema}.wake_ups u set
      owner = case when p_due is null then u.owner end,
      until = case when p_due is null then v_at + p_lease end,
      due = coalesce(p_due, u.due)
    where u.tenant = p_tenant and u.execution = r.execution and u.id = r.id
      and u.attempt = r.attempt and u.owner = p_owner and u.until > v_at;
    if found then
      id := r.id;
      return next;
    end if;
  end loop;
end $$;
`;

/** The partitions up to a period, and the note that the counter may go on to it. Asked for under an advisory lock. */
const partitions = `
create function {schema}.prepare_periods_1(p_until integer) returns void language plpgsql as $$
declare
  v_from integer;
  v_first boolean;
begin
  select count(*) = 0, coalesce(max(p.period) + 1, p_until - 2) into v_first, v_from from {schema}.periods p;
  for v_period in greatest(v_from, p_until - 2) .. p_until loop
    execute format('create table %I.%I (like {schema}.commits including all)', '{name}', 'commits_' || v_period);
    execute format('alter table {schema}.commits attach partition %I.%I for values from (%s) to (%s)',
      '{name}', 'commits_' || v_period, v_period, v_period + 1);
    insert into {schema}.periods (period) values (v_period);
  end loop;
  update {schema}.counter c set ready_period = greatest(c.ready_period, p_until);
  if v_first then
    update {schema}.counter c set period = (select min(p.period) from {schema}.periods p);
    update {schema}.periods p set first_position = 1 where p.period = (select c.period from {schema}.counter c);
  end if;
end $$;
`;

/**
 * Retention, for operators: what ended before an instant goes, with the partitions of the weeks before it. Executions that
 * are open, or ended later, take their commits of those weeks along into the week of the instant: a later partition, so
 * that nobody who looks from the first on misses them. Other transactions wait for the last moment only, when tables go.
 */
const retention = `
create function {schema}.drop_ended_before(before timestamptz)
returns table (executions bigint, weeks integer)
language plpgsql
as $$
declare
  v_before bigint := floor(extract(epoch from before) * 1000)::bigint;
  v_week integer;
  v_period integer;
begin
  -- Never the week that is being written.
  select least((v_before / 604800000)::integer, c.period) into v_week from {schema}.counter c;
  create temporary table dropped on commit drop as
    select s.tenant, s.stream from {schema}.streams s
    where s.ended_at < v_before and s.status in ('completed', 'faulted', 'cancelled') and s.first_period < v_week;
  select count(*) into executions from dropped;
  delete from {schema}.commits c using dropped d
    where c.tenant = d.tenant and c.stream = d.stream and c.period >= v_week;
  update {schema}.commits c set period = v_week
    where c.period < v_week and not exists (
      select from dropped d where d.tenant = c.tenant and d.stream = c.stream);
  delete from {schema}.snapshots n using dropped d where n.tenant = d.tenant and n.stream = d.stream;
  delete from {schema}.streams s using dropped d where s.tenant = d.tenant and s.stream = d.stream;
  weeks := 0;
  for v_period in select p.period from {schema}.periods p where p.period < v_week order by p.period loop
    execute format('drop table %I.%I', '{name}', 'commits_' || v_period);
    delete from {schema}.periods p where p.period = v_period;
    weeks := weeks + 1;
  end loop;
  update {schema}.periods p set first_position = 1
  where p.period = v_week and weeks > 0 and p.first_position is not null;
  return next;
end $$;
`;

export const functions = [clock, commit, claim, executions, readEach, lease, partitions, retention].join(
  '\n',
);
