import { queueOf } from './queue-column.ts';
import { keyText } from './rows-by-id.ts';

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
 *
 * @param queue what fills the column of a wake-up's queue: the table, or this function
 */
const commitWith = (queue: 'generated' | 'written') => {
  const written = queue === 'written';
  return `
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
      insert into {schema}.wake_ups (tenant, execution, id, kind, due, attempt, owner, until, unsafe, doubt, body, shape, key${written ? ', queue' : ''})
      select s_tenant[e_stream[w.entry]], s_stream[e_stream[w.entry]], w.id, w.kind, w.due, w.attempt, w.owner, w.until,
        w.unsafe, w.doubt, w.body, w.shape, w.key${written ? `, ${queueOf('w.body')}` : ''}
      from unnest(w_entry, w_id, w_kind, w_due, w_attempt, w_owner, w_until, w_unsafe, w_doubt, w_body, w_shape, w_key)
        with ordinality as w (entry, id, kind, due, attempt, owner, until, unsafe, doubt, body, shape, key, ord)
      where w.ord = any (v_puts) order by e_stream[w.entry], w.id collate "C"
      on conflict (tenant, execution, id) do update set
        shape = excluded.shape, key = excluded.key,
        kind = excluded.kind, due = excluded.due, attempt = excluded.attempt, owner = excluded.owner,
        until = excluded.until, unsafe = excluded.unsafe, doubt = excluded.doubt, body = excluded.body${written ? ', queue = excluded.queue' : ''};
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
};

export const commit = commitWith('generated');

/** That of the thirteenth migration. */
export const commitWithQueue = commitWith('written');
