/**
 * The tenth migration: claims that cost what they claim, not how many workflows wait for something that is not due.
 * `{schema}` is the quoted name of the schema.
 *
 * 1. `wake_ups_due` has all that can be claimed in the order of its instants, whatever its queue. Its condition on `kind` says
 *    nothing; it keeps the planner from taking it for statements that do not name it, where statistics make it look as good
 *    as the index by queue.
 * 2. Where few rows are due they are all known from there, with their queues. Where many are (a flood), their queues are
 *    looked for by skipping from one to the next in the index by queue, behind `p_after`, but no further than so many: those
 *    and the queues of what has been due for longest are served. `scanned` is how far that was, null where all are known.
 * 3. Turns are those of `places`. Where not all queues were looked at, the next claim has to begin behind those that were: so
 *    `turn`, which is the `p_after` of the next claim, is never beyond `scanned`. A claim that was given nothing says so in a
 *    row of nulls.
 * 4. What would have to be sorted is in the wrong index: sorts are switched off where an order is asked for.
 */

/** So many that are due are looked at beyond those that are asked for. */
const dueRowsMax = 100;
/** So many queues are skipped to in a flood, at 10 to 20 µs each. */
const queuesMax = 256;

const sets = 'set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off';
const setsOfOrder = `${sets} set enable_sort = off set enable_bitmapscan = off`;

/** The first instants at which something can be claimed: of all, and of what is yet to come and is not held by `p_owner`. */
const nextFunctions = `
create or replace function {schema}.next_due_10(p_kinds text[]) returns bigint
language sql volatile
${setsOfOrder}
as $$
  select min(w.claimable) from unnest(p_kinds) as k (kind) cross join lateral (
    select w.claimable from {schema}.wake_ups w
    where w.kind = k.kind and w.kind <> '' and w.claimable is not null order by w.claimable limit 1
  ) w
$$;

create or replace function {schema}.next_lapse_10(p_at bigint, p_kinds text[], p_owner text) returns bigint
language sql volatile
${setsOfOrder}
as $$
  select min(w.claimable) from unnest(p_kinds) as k (kind) cross join lateral (
    select w.claimable from {schema}.wake_ups w
    where w.kind = k.kind and w.kind <> '' and w.claimable > p_at and w.owner is distinct from p_owner
    order by w.claimable limit 1
  ) w
$$;
`;

const dueQueues = `
create or replace function {schema}.first_due_10(p_at bigint, p_kinds text[], p_rows integer) returns text[]
language sql volatile
${setsOfOrder}
as $$
  select array_agg(w.queue) from unnest(p_kinds) as k (kind) cross join lateral (
    select w.queue from {schema}.wake_ups w
    where w.kind = k.kind and w.kind <> '' and w.claimable <= p_at order by w.claimable limit p_rows
  ) w
$$;

create or replace function {schema}.due_queues_10(p_at bigint, p_kinds text[], p_after text, p_rows integer,
  out names text[], out scanned text)
language plpgsql volatile
${sets}
as $$
declare
  v_most integer := p_rows + ${dueRowsMax};
  -- Behind every text comes that with the first of all characters behind it.
  v_from text collate "C" := p_after || e'\\x01';
  v_wrapped boolean := false;
  v_next text collate "C";
  v_is_due boolean;
begin
  names := {schema}.first_due_10(p_at, p_kinds, v_most);
  if names is null or cardinality(names) < v_most then return; end if;
  names := array(select distinct n.name from unnest(names) as n (name));
  for v_looks in 1 .. ${queuesMax} loop
    select n.queue, exists (select from unnest(p_kinds) as k (kind) cross join lateral (
        select from {schema}.wake_ups w where w.kind = k.kind and w.queue = n.queue and w.claimable <= p_at limit 1
      ) w)
    into v_next, v_is_due
    from (select min(w.queue) as queue from unnest(p_kinds) as k (kind) cross join lateral (
      select w.queue from {schema}.wake_ups w where w.kind = k.kind and w.queue >= v_from and w.claimable is not null
      order by w.queue, w.claimable limit 1
    ) w) n;
    if v_wrapped and (v_next is null or v_next > p_after) then
      scanned := null;
      return;
    end if;
    if v_next is null then
      v_wrapped := true;
      v_from := '';
    else
      if v_is_due then names := names || v_next; end if;
      scanned := v_next;
      v_from := v_next || e'\\x01';
    end if;
  end loop;
end $$;
`;

const claimTurns = `
create or replace function {schema}.claim_turns_10(p_at bigint, p_kinds text[], p_owner text, p_lease bigint, p_rows integer,
  p_after text, p_limits text[], p_free bigint[], p_afters text[])
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint, queue text, turn text)
language plpgsql volatile
${sets}
as $$
#variable_conflict use_column
declare
  v_names text[];
  v_scanned text collate "C";
  v_free bigint[] := p_free;
  v_queue record;
  v_most bigint;
  v_got integer;
  v_left integer := p_rows;
  v_share integer;
  v_extra integer;
begin
  select d.names, d.scanned into v_names, v_scanned from {schema}.due_queues_10(p_at, p_kinds, p_after, p_rows) d;
  for v_round in 1 .. 2 loop
    v_share := null;
    for v_queue in
      with due as (
        select distinct d.name collate "C" as name,
          case when position(' ' in d.name) > 0 then array_position(p_limits, split_part(d.name, ' ', 1)) end as place
        from unnest(v_names) as d (name)
      ),
      slots as (
        select d.name, d.place, row_number() over (order by d.name <= p_after, d.name) as slot
        from due d where d.place is null or v_free[d.place] > 0
      ),
      numbered as (
        select s.name, s.place, s.slot,
          row_number() over (partition by s.place order by s.slot) as nth,
          row_number() over (partition by s.place order by s.name <= coalesce(p_afters[s.place], ''), s.name) as member,
          count(*) over (partition by s.place) as members, count(*) over () as queues
        from slots s
      )
      select n.place, n.members, n.queues, case when n.place is null then n.name else m.name end as name,
        case when v_scanned is null then n.name
          when n.queues <= p_rows or (n.name <= p_after, n.name) > (v_scanned <= p_after, v_scanned) then v_scanned
          else n.name end as turn
      from numbered n left join numbered m on m.place = n.place and m.member = n.nth
      order by n.slot
    loop
      if v_share is null then
        v_share := v_left / v_queue.queues;
        v_extra := v_left % v_queue.queues;
      end if;
      exit when v_left = 0;
      if v_round = 1 then
        v_most := v_share + case when v_extra > 0 then 1 else 0 end;
        v_extra := v_extra - 1;
        if v_queue.place is not null then
          v_most := least(v_most, greatest(1, v_free[v_queue.place] / v_queue.members));
        end if;
      else
        v_most := v_left;
      end if;
      if v_queue.place is not null then v_most := least(v_most, v_free[v_queue.place]); end if;
      continue when v_most = 0;
      return query select c.*, v_queue.turn
        from {schema}.claim_queue_3(p_at, p_kinds, v_queue.name, p_owner, p_lease, v_most::integer) c;
      get diagnostics v_got = row_count;
      v_left := v_left - v_got;
      if v_queue.place is not null then v_free[v_queue.place] := v_free[v_queue.place] - v_got; end if;
    end loop;
    exit when v_left = 0;
  end loop;
  if v_left = p_rows and v_scanned is not null then
    turn := v_scanned;
    return next;
  end if;
end $$;
`;

/** What is said of limits at `places` and of what has lapsed at `claimLapsed` holds of this one as well. */
const claim = `
create or replace function {schema}.claim_10(p_now bigint, p_kinds text[], p_owner text, p_lease bigint, p_rows integer,
  p_after text, p_limits text[], p_places bigint[], p_afters text[])
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint, queue text, turn text)
language plpgsql volatile
${sets}
as $$
#variable_conflict use_column
declare
  v_at bigint := {schema}.clock_1(p_now);
  v_free bigint[] := p_places;
  v_left integer := p_rows;
  r record;
begin
  for v_limit in 1 .. cardinality(p_limits) loop
    perform pg_advisory_xact_lock(hashtextextended('{name} ' || p_limits[v_limit], 1296649298));
    v_free[v_limit] := greatest(0, p_places[v_limit] - {schema}.places_taken_4(v_at, p_kinds, p_limits[v_limit]));
    if 'place' = any (p_kinds) then
      for r in
        select w.tenant, w.execution, w.id, w.claimable from {schema}.wake_ups w
        where w.kind = 'place' and w.owner is not null and w.claimable <= v_at
          and w.queue > p_limits[v_limit] || ' ' and w.queue < p_limits[v_limit] || '!'
        order by w.execution, w.id limit least(v_free[v_limit], v_left) for update of w
      loop
        return query update {schema}.wake_ups u set owner = p_owner, until = v_at + p_lease, attempt = u.attempt + 1
        where u.tenant = r.tenant and u.execution = r.execution and u.id = r.id
        returning u.tenant, u.execution, u.id, u.kind, u.due, u.attempt, u.until, u.unsafe, u.body, r.claimable, u.queue, u.queue;
        v_left := v_left - 1;
      end loop;
      -- Counted again: a commit that was waited for may have taken a place.
      v_free[v_limit] := greatest(0, p_places[v_limit] - {schema}.places_taken_4(v_at, p_kinds, p_limits[v_limit]));
    end if;
  end loop;
  if v_left > 0 then
    return query select c.* from {schema}.claim_turns_10(v_at, p_kinds, p_owner, p_lease, v_left, p_after, p_limits, v_free,
      p_afters) c;
  end if;
end $$;
`;

export const claimWhatIsDue = `
create index wake_ups_due on {schema}.wake_ups (kind, claimable) where claimable is not null and kind <> '';
${nextFunctions}
${dueQueues}
${claimTurns}
${claim}
`;
