import { queueByPattern } from './queue-column.ts';
import { keyText } from './rows-by-id.ts';

/**
 * Claims that take turns between queues.
 *
 * 1. The queues that have due rows are found by skipping from one to the next in the index.
 * 2. They go round from the one behind `p_after`. In the first round each gets an equal part; what is left over goes to
 *    those that have more, in the same order.
 * 3. A row that was claimed is not due any more, so that the second round does not find it. Rows that another process is
 *    just claiming are stepped over.
 */
export const claimInTurns = `
create or replace function {schema}.claim_queue_3(p_at bigint, p_kinds text[], p_queue text, p_owner text, p_lease bigint,
  p_rows integer)
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint, queue text)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_ids text[];
  v_rows text[];
  v_since bigint[];
begin
  select array_agg(w.id), array_agg(${keyText('w.tenant', 'w.execution', 'w.id')}), array_agg(w.claimable)
  into v_ids, v_rows, v_since
  from (
    select c.tenant, c.execution, c.id, c.claimable
    from unnest(p_kinds) as k (kind) cross join lateral (
      select c.tenant, c.execution, c.id, c.claimable from {schema}.wake_ups c
      where c.kind = k.kind and c.queue = p_queue and c.claimable <= p_at
      order by c.claimable limit p_rows for update of c skip locked
    ) c
    order by c.claimable, c.tenant, c.execution, c.id limit p_rows
  ) w;
  return query update {schema}.wake_ups u set owner = p_owner, until = p_at + p_lease, attempt = u.attempt + 1
  where u.id = any (v_ids) and ${keyText('u.tenant', 'u.execution', 'u.id')} = any (v_rows)
  returning u.tenant, u.execution, u.id, u.kind, u.due, u.attempt, u.until, u.unsafe, u.body,
    v_since[array_position(v_rows, ${keyText('u.tenant', 'u.execution', 'u.id')})], p_queue;
end $$;

create or replace function {schema}.claim_3(p_now bigint, p_kinds text[], p_owner text, p_lease bigint, p_rows integer, p_after text)
returns table (tenant text, execution text, id text, kind text, due bigint, attempt bigint, until bigint,
  unsafe boolean, body text, since bigint, queue text)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_at bigint := {schema}.clock_1(p_now);
  v_queues text[];
  v_share integer;
  v_extra integer;
  v_part integer;
  v_got integer;
  v_left integer := p_rows;
  v_more text[] := '{}';
  v_queue text;
begin
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
    select distinct q.queue as name from q cross join lateral (
      select from {schema}.wake_ups w where w.kind = q.kind and w.queue = q.queue and w.claimable <= v_at limit 1
    ) w where q.queue is not null
  )
  select array_agg(d.name order by d.name <= p_after, d.name) into v_queues from due d;
  if v_queues is null then return; end if;
  v_share := p_rows / array_length(v_queues, 1);
  v_extra := p_rows % array_length(v_queues, 1);
  foreach v_queue in array v_queues loop
    v_part := v_share + case when v_extra > 0 then 1 else 0 end;
    exit when v_part = 0;
    v_extra := v_extra - 1;
    return query select * from {schema}.claim_queue_3(v_at, p_kinds, v_queue, p_owner, p_lease, v_part);
    get diagnostics v_got = row_count;
    v_left := v_left - v_got;
    if v_got = v_part then v_more := v_more || v_queue; end if;
  end loop;
  foreach v_queue in array v_more loop
    exit when v_left = 0;
    return query select * from {schema}.claim_queue_3(v_at, p_kinds, v_queue, p_owner, p_lease, v_left);
    get diagnostics v_got = row_count;
    v_left := v_left - v_got;
  end loop;
end $$;
`;

/**
 * The third migration: `queue` is taken from the head of a row's body; the index leads by kind and queue to the earliest
 * row, and takes the place of that by kind. `{schema}` is the quoted name of the schema.
 */
export const turns = `
alter table {schema}.wake_ups add column queue text collate "C" generated always as
  (${queueByPattern('body')}) stored;
create index wake_ups_by_queue on {schema}.wake_ups (kind, queue, claimable) where claimable is not null;
drop index {schema}.wake_ups_by_claimable;
${claimInTurns}
`;
