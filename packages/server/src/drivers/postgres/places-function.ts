import { neverDue } from '../../ports/store.ts';

/**
 * The fourth migration: claims that take no more places than a limit has. `{schema}` is the quoted name of the schema.
 *
 * 1. A queue of a limit is named by it, a space, and more: all of them are a stretch of the index by queue.
 * 2. Whoever claims rows of a limit locks the limit until its claim is committed, and counts after that: what others have
 *    claimed before is seen, and nobody claims meanwhile. Limits are locked in the order of their names. No commit takes
 *    these locks: what a commit changes of rows that take a place gives places back, or keeps them.
 * 3. Turns are those of `claim_3`; but in the turns of a limit's queues stand the same queues, from the one behind
 *    that of `p_afters`. `turn` says whose turn each row was taken in.
 */
export const places = `
create or replace function {schema}.places_taken_4(p_at bigint, p_kinds text[], p_limit text) returns bigint
language sql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  with recursive q (kind, queue) as (
    select k.kind, (select w.queue from {schema}.wake_ups w where w.kind = k.kind and w.claimable is not null
      and w.queue > p_limit || ' ' and w.queue < p_limit || '!' order by w.queue, w.claimable limit 1)
    from unnest(p_kinds) as k (kind)
    union all
    select q.kind, (select w.queue from {schema}.wake_ups w where w.kind = q.kind and w.queue > q.queue
      and w.queue < p_limit || '!' and w.claimable is not null order by w.queue, w.claimable limit 1)
    from q where q.queue is not null
  )
  select coalesce((select sum(c.taken)::bigint from q cross join lateral (
      select count(*) as taken from {schema}.wake_ups w
      where w.kind = q.kind and w.queue = q.queue and w.claimable > p_at
        and case when w.owner is null then w.due >= ${neverDue} else w.until > p_at end
    ) c where q.queue is not null), 0)
    + (select count(*) from {schema}.wake_ups w
      where w.claimable is null and w.until > p_at and w.owner is not null
      and w.kind = any (p_kinds) and w.queue > p_limit || ' ' and w.queue < p_limit || '!')
$$;

create or replace function {schema}.claim_4(p_now bigint, p_kinds text[], p_owner text, p_lease bigint, p_rows integer, p_after text,
  p_limits text[], p_places bigint[], p_afters text[])
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint, queue text, turn text)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_at bigint := {schema}.clock_1(p_now);
  v_free bigint[] := p_places;
  v_limit integer;
  v_queue record;
  v_most bigint;
  v_got integer;
  v_left integer := p_rows;
  v_share integer;
  v_extra integer;
begin
  for v_limit in 1 .. array_length(p_limits, 1) loop
    perform pg_advisory_xact_lock(hashtextextended('{name} ' || p_limits[v_limit], 1296649298));
    v_free[v_limit] := greatest(0, p_places[v_limit] - {schema}.places_taken_4(v_at, p_kinds, p_limits[v_limit]));
  end loop;
  for v_round in 1 .. 2 loop
    v_share := null;
    for v_queue in
      with recursive q (kind, queue) as (
        select k.kind, (select w.queue from {schema}.wake_ups w where w.kind = k.kind and w.claimable is not null
          order by w.queue, w.claimable limit 1)
        from unnest(p_kinds) as k (kind)
        union all
        select q.kind, (select w.queue from {schema}.wake_ups w where w.kind = q.kind and w.queue > q.queue
          and w.claimable is not null order by w.queue, w.claimable limit 1)
        from q where q.queue is not null
      ),
      due as (
        select d.name, case when position(' ' in d.name) > 0 then array_position(p_limits, split_part(d.name, ' ', 1)) end
          as place from (
          select distinct q.queue as name from q cross join lateral (
            select from {schema}.wake_ups w where w.kind = q.kind and w.queue = q.queue and w.claimable <= v_at limit 1
          ) w where q.queue is not null
        ) d
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
      select n.name as turn, n.place, n.members, n.queues, case when n.place is null then n.name else m.name end as name
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
        from {schema}.claim_queue_3(v_at, p_kinds, v_queue.name, p_owner, p_lease, v_most::integer) c;
      get diagnostics v_got = row_count;
      v_left := v_left - v_got;
      if v_queue.place is not null then v_free[v_queue.place] := v_free[v_queue.place] - v_got; end if;
    end loop;
    exit when v_left = 0;
  end loop;
end $$;
`;
