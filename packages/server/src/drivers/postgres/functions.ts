/** The functions of the first migration. `{schema}` is the quoted name of the schema. */
import { keyText, leasesInOrder } from './rows-by-id.ts';

/** The store's clock: the database's, unless a test hands in its own. */
const clock = `
create function {schema}.clock_1(given bigint) returns bigint language sql volatile as $$
  select coalesce(given, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;
`;

/**
 * A batch of entries in one statement, which is one transaction and one round trip.
 *
 * Arrays that begin with `s_` have one element for each stream of the batch, sorted; those with `e_` one for each entry,
 * in order; `x_` one for each execution's row; `w_` one for each change of a wake-up.
 *
 * 1. Streams are locked in sorted order, so that no two batches wait for each other.
 * 2. Whether an entry is accepted is known before anything of it is written: a refused one costs its batch nothing.
 * 3. A stream that is not there is inserted as the batch leaves it. When another batch was quicker, this one is undone as a
 *    clash, and finds the other's stream when it is sent again.
 * 4. The counter comes late. What is behind it is the insertion of the commits, which needs their positions.
 * 5. The writer's row comes last, and fences: a batch that was given up by its process meanwhile is undone, and one that
 *    was done leaves its answer there, for a process whose connection was cut before it heard it.
 * 6. Rows of `wake_ups` are changed one by one, or by their ids alone, for which there is one index. Joined with an
 *    array the planner begins with the table once its statistics say that it is nearly empty, which they do as often as not,
 *    and reads all of it for each batch.
 *
 * Plans are kept by the connection, and may have been made when the tables were empty: nested loops over an index are
 * right for every size, so the others are switched off.
 */
export const commit = `
create or replace function {schema}.commit_1(
  p_now bigint, p_writer uuid, p_batch bigint, p_channel text, p_hint text,
  s_tenant text[], s_stream text[], s_begins boolean[], s_locks boolean[],
  e_stream integer[], e_after bigint[], e_after_id text[],
  e_facts integer[], e_id text[], e_time bigint[], e_cause text[], e_body text[], e_row integer[],
  x_namespace text[], x_name text[], x_version text[], x_definition text[], x_status text[],
  x_started bigint[], x_updated bigint[], x_ended bigint[], x_error text[],
  w_entry integer[], w_id text[], w_put boolean[], w_kind text[], w_due bigint[], w_attempt bigint[],
  w_owner text[], w_until bigint[], w_unsafe boolean[], w_doubt boolean[], w_body text[],
  w_shape text[], w_key text[]
) returns table (base bigint, positions bigint[], versions bigint[], ids text[], clock bigint)
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_streams integer := coalesce(array_length(s_tenant, 1), 0);
  v_entries integer := coalesce(array_length(e_stream, 1), 0);
  heads bigint[] := array_fill(0::bigint, array[v_streams]);
  head_ids text[] := array_fill(''::text, array[v_streams]);
  known boolean[] := array_fill(false, array[v_streams]);
  changed boolean[] := array_fill(false, array[v_streams]);
  row_of integer[] := array_fill(null::integer, array[v_streams]);
  committed_at bigint[] := array_fill(null::bigint, array[v_streams]);
  appended bigint := 0;
  begun bigint := 0;
  v_changed integer := 0;
  v_puts integer[] := '{}';
  v_gone text[] := '{}';
  v_gone_rows text[] := '{}';
  v_got bigint;
  v_now bigint := {schema}.clock_1(p_now);
  v_period integer;
  v_old_period integer;
  r record;
begin
  positions := array_fill(0::bigint, array[v_entries]);
  versions := array_fill(null::bigint, array[v_entries]);
  ids := array_fill(null::text, array[v_entries]);

  for r in
    select s.ord, h.version, h.commit_id
    from unnest(s_tenant, s_stream, s_locks) with ordinality as s (tenant, stream, locks, ord)
    join {schema}.streams h on h.tenant = s.tenant and h.stream = s.stream
    where s.locks order by s.ord for update of h
  loop
    heads[r.ord] := r.version;
    head_ids[r.ord] := r.commit_id;
    known[r.ord] := true;
  end loop;

  for r in
    select e.* from unnest(e_stream, e_after, e_after_id, e_facts, e_id, e_time, e_row)
      with ordinality as e (stream, after, after_id, facts, id, at, x, ord)
  loop
    if r.after is not null and (heads[r.stream] <> r.after or head_ids[r.stream] <> r.after_id) then
      positions[r.ord] := -1;
      versions[r.ord] := heads[r.stream];
      ids[r.ord] := head_ids[r.stream];
    elsif r.facts is not null or r.x is not null then
      if not changed[r.stream] then
        changed[r.stream] := true;
        v_changed := v_changed + 1;
        if not known[r.stream] then begun := begun + 1; end if;
      end if;
      if r.x is not null then row_of[r.stream] := r.x; end if;
      if r.facts is not null then
        appended := appended + 1;
        positions[r.ord] := appended;
        heads[r.stream] := r.after + r.facts;
        head_ids[r.stream] := r.id;
        committed_at[r.stream] := r.at;
      end if;
    end if;
  end loop;

  -- A lower bound of the period that this batch will be given: periods only grow.
  select c.period into v_old_period from {schema}.counter c;
  if begun > 0 then
    insert into {schema}.streams (tenant, stream, version, commit_id, first_period, namespace, name, workflow_version,
      definition, status, started_at, updated_at, ended_at, error)
    select s.tenant, s.stream, s.head, s.head_id, v_old_period, x_namespace[s.x], x_name[s.x], x_version[s.x],
      x_definition[s.x], x_status[s.x], x_started[s.x], greatest(x_updated[s.x], s.at), x_ended[s.x], x_error[s.x]
    from unnest(s_tenant, s_stream, known, changed, heads, head_ids, row_of, committed_at)
      with ordinality as s (tenant, stream, known, changed, head, head_id, x, at, ord)
    where s.changed and not s.known order by s.ord
    on conflict do nothing;
    get diagnostics v_got = row_count;
    if v_got <> begun then
      raise exception 'another batch began a stream of this one' using errcode = '40001';
    end if;
  end if;
  if v_changed > begun then
    update {schema}.streams h set
      version = s.head, commit_id = s.head_id,
      namespace = coalesce(x_namespace[s.x], h.namespace), name = coalesce(x_name[s.x], h.name),
      workflow_version = coalesce(x_version[s.x], h.workflow_version),
      definition = coalesce(x_definition[s.x], h.definition), status = coalesce(x_status[s.x], h.status),
      started_at = coalesce(x_started[s.x], h.started_at),
      updated_at = greatest(coalesce(x_updated[s.x], h.updated_at), s.at),
      ended_at = case when s.x is null then h.ended_at else x_ended[s.x] end,
      error = case when s.x is null then h.error else x_error[s.x] end
    from unnest(s_tenant, s_stream, known, changed, heads, head_ids, row_of, committed_at)
      as s (tenant, stream, known, changed, head, head_id, x, at)
    where s.changed and s.known and h.tenant = s.tenant and h.stream = s.stream;
  end if;

  if w_entry <> '{}' then
    -- What holds of each row is the last that an accepted entry says of it.
    for r in
      select distinct on (e_stream[w.entry], w.id collate "C") e_stream[w.entry] as stream, w.id, w.is_put, w.ord
      from unnest(w_entry, w_id, w_put) with ordinality as w (entry, id, is_put, ord)
      where positions[w.entry] >= 0 order by e_stream[w.entry], w.id collate "C", w.ord desc
    loop
      if r.is_put then
        v_puts := v_puts || r.ord::integer;
      else
        v_gone := v_gone || r.id;
        v_gone_rows := v_gone_rows || ${keyText('s_tenant[r.stream]', 's_stream[r.stream]', 'r.id')};
      end if;
    end loop;
    if v_gone <> '{}' then
      delete from {schema}.wake_ups k
      where k.id = any (v_gone) and ${keyText('k.tenant', 'k.execution', 'k.id')} = any (v_gone_rows);
    end if;
    if v_puts <> '{}' then
      insert into {schema}.wake_ups (tenant, execution, id, kind, due, attempt, owner, until, unsafe, doubt, body, shape, key)
      select s_tenant[e_stream[w.entry]], s_stream[e_stream[w.entry]], w.id, w.kind, w.due, w.attempt, w.owner, w.until,
        w.unsafe, w.doubt, w.body, w.shape, w.key
      from unnest(w_entry, w_id, w_kind, w_due, w_attempt, w_owner, w_until, w_unsafe, w_doubt, w_body, w_shape, w_key)
        with ordinality as w (entry, id, kind, due, attempt, owner, until, unsafe, doubt, body, shape, key, ord)
      where w.ord = any (v_puts) order by e_stream[w.entry], w.id collate "C"
      on conflict (tenant, execution, id) do update set
        shape = excluded.shape, key = excluded.key,
        kind = excluded.kind, due = excluded.due, attempt = excluded.attempt, owner = excluded.owner,
        until = excluded.until, unsafe = excluded.unsafe, doubt = excluded.doubt, body = excluded.body;
    end if;
  end if;

  if p_hint <> '' then perform pg_notify(p_channel, p_hint); end if;

  if appended > 0 then
    update {schema}.counter c set position = c.position + appended,
      period = greatest(c.period, least((v_now / 604800000)::integer, c.ready_period))
    returning c.position - appended, c.period into base, v_period;
    if v_period > v_old_period then
      update {schema}.periods p set first_position = base + 1 where p.period = v_period and p.first_position is null;
    end if;
    insert into {schema}.commits (period, position, tenant, stream, version, facts, id, previous, time, cause, body)
    select v_period, base + positions[e.ord], s_tenant[e.stream], s_stream[e.stream], e.after + 1, e.facts, e.id,
      e.after_id, e.time, e.cause, e.body
    from unnest(e_stream, e_after, e_after_id, e_facts, e_id, e_time, e_cause, e_body)
      with ordinality as e (stream, after, after_id, facts, id, time, cause, body, ord)
    where positions[e.ord] > 0;
  else
    select c.position into base from {schema}.counter c;
  end if;
  -- A listener is told with the position of its commit, which is known only now. Most batches have none.
  if cardinality(array_remove(w_shape, null)) > 0 then
    for r in
      select e_stream[w.entry] as stream, w.entry, w.id from unnest(w_entry, w_id, w_put, w_shape) as w (entry, id, is_put, shape)
      where w.is_put and w.shape is not null and positions[w.entry] >= 0
    loop
      update {schema}.wake_ups k set position = base + positions[r.entry]
      where k.tenant = s_tenant[r.stream] and k.execution = s_stream[r.stream] and k.id = r.id;
    end loop;
  end if;
  update {schema}.writers w set batch = p_batch, seen_at = now(), base = commit_1.base,
    positions = commit_1.positions, versions = commit_1.versions, ids = commit_1.ids
  where w.id = p_writer and w.batch = p_batch - 1 and not w.retired;
  if not found then
    raise exception 'this batch was given up' using errcode = 'MR001';
  end if;
  clock := {schema}.clock_1(p_now);
  return next;
end $$;
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
