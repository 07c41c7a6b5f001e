/**
 * The sixth migration: large values go with the executions that named them. `{schema}` is the quoted name of the schema.
 *
 * 1. Each part of a blob has the week in which its content was put or kept last. A trigger says so, also for contents that
 *    are there already and for processes of older versions.
 * 2. Whoever commits a name has put or kept its content just before. When retention moves commits into a later week, what
 *    they name comes along, and so does what rows that wait name.
 * 3. So nothing is named any more that is older than the week before the oldest one of the log. That one week is the time
 *    that a commit has from the put to the log.
 * 4. Parts are locked in sorted order by all who lock several, and whoever removes takes none that another has locked.
 *
 * What was put before this migration counts as put at it.
 */
export const blobAge = `
create function {schema}.week_1() returns integer language sql volatile as $$
  select ({schema}.clock_1(null) / 604800000)::integer
$$;

do $$
begin
  execute format('alter table {schema}.blobs add column period integer not null default %s', {schema}.week_1());
end $$;
alter table {schema}.blobs alter column period set default {schema}.week_1();
create index blobs_by_period on {schema}.blobs (period);

create function {schema}.keep_blob_1() returns trigger language plpgsql as $$
begin
  new.period := {schema}.week_1();
  update {schema}.blobs b set period = new.period
  where b.tenant = new.tenant and b.digest = new.digest and b.part = new.part and b.period < new.period;
  return new;
end $$;
create trigger keep_blob before insert on {schema}.blobs for each row execute function {schema}.keep_blob_1();

create function {schema}.drop_unnamed_blobs(parts_max integer default 1000)
returns table (parts bigint, blobs bigint)
language sql volatile
as $$
  with old as materialized (
    select b.tenant, b.digest, b.part from {schema}.blobs b
    where b.period < (select min(p.period) - 1 from {schema}.periods p)
    order by b.tenant, b.digest, b.part limit parts_max for update skip locked
  ),
  gone as (
    delete from {schema}.blobs b using old o
    where b.tenant = o.tenant and b.digest = o.digest and b.part = o.part returning b.part
  )
  select count(*), count(*) filter (where g.part = 0) from gone g
$$;

create or replace function {schema}.drop_ended_before(before timestamptz)
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
  create temporary table named on commit drop as
    select n.tenant, n.digest, bool_or(position('"state":{"digest":"' || n.digest in n.body) > 0) as is_state
    from (
      select k.tenant, k.body, (regexp_matches(k.body, 'sha256:[0-9a-f]{64}', 'g'))[1] as digest
      from (
        select c.tenant, c.body from {schema}.commits c
        where c.period < v_week and position('sha256:' in c.body) > 0 and not exists (
          select from dropped d where d.tenant = c.tenant and d.stream = c.stream)
        union all
        select w.tenant, w.body from {schema}.wake_ups w where position('sha256:' in w.body) > 0
      ) k
    ) n
    group by n.tenant, n.digest;
  delete from {schema}.commits c using dropped d
    where c.tenant = d.tenant and c.stream = d.stream and c.period >= v_week;
  update {schema}.commits c set period = v_week
    where c.period < v_week and not exists (
      select from dropped d where d.tenant = c.tenant and d.stream = c.stream);
  delete from {schema}.snapshots n using dropped d where n.tenant = d.tenant and n.stream = d.stream;
  delete from {schema}.streams s using dropped d where s.tenant = d.tenant and s.stream = d.stream;
  -- The state of an execution that was retried names what its documents were pinned to, and may be a blob itself.
  insert into named (tenant, digest)
    select s.tenant, (regexp_matches(encode(s.content, 'escape'), 'sha256:[0-9a-f]{64}', 'g'))[1]
    from (
      select b.tenant, b.digest, string_agg(b.content, ''::bytea order by b.part) as content
      from {schema}.blobs b
      where exists (select from named n where n.is_state and n.tenant = b.tenant and n.digest = b.digest)
      group by b.tenant, b.digest
    ) s;
  perform from {schema}.blobs b
    where b.period < v_week and exists (select from named n where n.tenant = b.tenant and n.digest = b.digest)
    order by b.tenant, b.digest, b.part for update;
  update {schema}.blobs b set period = v_week
    where b.period < v_week and exists (select from named n where n.tenant = b.tenant and n.digest = b.digest);
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
