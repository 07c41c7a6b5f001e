/**
 * The eleventh migration: lists by namespace, name and version, whichever of them are given, at a cost that follows from how
 * many workflows there are and not from how many executions. `{schema}` is the quoted name of the schema.
 *
 * 1. `streams_by_workflow` takes the place of the index by name: each workflow version has a stretch for each status, from its
 *    oldest on. There is no further index, so a commit writes as many entries as before.
 * 2. Which stretches there are is found by skipping from one to the next. Of those that are asked for only the ones whose
 *    newest are among the newest can have a row on the page, and no row that is older than all of those.
 * 3. What is common is met among the newest of all. So those are looked at before.
 * 4. Behind every text comes that with the first of all characters behind it.
 */
/** So many of the newest of all are looked at for each row of a page, before stretches are: of what is common they are enough. */
const newestPerRow = 6;

const sets = `set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off
set jit = off`;

const others = `(p_definition is null or e.definition = p_definition)
        and (p_prefix is null or (e.stream >= p_prefix and e.stream < p_prefix_end))`;
const stretch = (rows: string, since: string) => `
      select e.started_at, e.stream from {schema}.streams e
      where e.tenant = p_tenant and e.namespace = w.namespace and e.name = w.name and e.workflow_version = w.version
        and e.status = w.status and e.started_at >= ${since} and (e.started_at, e.stream) < (p_before, p_before_id)
        and ${others}
      order by e.started_at desc, e.stream desc limit ${rows}`;

const workflows = `
create or replace function {schema}.workflow_stretches_11(p_tenant text, p_namespace text, p_name text, p_version text,
  p_statuses text[])
returns table (namespace text, name text, version text, status text)
language plpgsql stable
${sets}
as $$
#variable_conflict use_column
declare
  v_namespace text collate "C" := coalesce(p_namespace, '');
  v_name text collate "C" := coalesce(p_name, '');
  v_version text collate "C" := coalesce(p_version, '');
  v_status text collate "C" := '';
  r record;
begin
  loop
    select s.namespace, s.name, s.workflow_version as version, s.status into r from {schema}.streams s
    where s.tenant = p_tenant and s.status is not null
      and (s.namespace, s.name, s.workflow_version, s.status) >= (v_namespace, v_name, v_version, v_status)
    order by s.namespace, s.name, s.workflow_version, s.status limit 1;
    exit when not found or r.namespace <> p_namespace;
    v_namespace := r.namespace;
    v_name := r.name;
    v_version := r.version;
    v_status := '';
    if r.name < p_name then
      v_name := p_name;
      v_version := coalesce(p_version, '');
    elsif r.name > p_name then
      v_namespace := r.namespace || e'\\x01';
      v_name := p_name;
      v_version := coalesce(p_version, '');
    elsif r.version < p_version then
      v_version := p_version;
    elsif r.version > p_version then
      v_name := r.name || e'\\x01';
      v_version := p_version;
    else
      if r.status = any (p_statuses) then
        return query select r.namespace, r.name, r.version, r.status;
      end if;
      v_status := r.status || e'\\x01';
    end if;
  end loop;
end $$;
`;

const lists = `
create or replace function {schema}.executions_of_workflows_11(p_tenant text, p_statuses text[], p_since bigint,
  p_before bigint, p_before_id text, p_namespace text, p_name text, p_version text, p_definition text, p_prefix text,
  p_prefix_end text, p_rows bigint)
returns table (stream text)
language plpgsql stable
${sets}
as $$
#variable_conflict use_column
declare
  v_newest text[];
begin
  v_newest := array(
    select e.stream from (
      select n.* from unnest(p_statuses) as s (status) cross join lateral (
        select e.* from {schema}.streams e
        where e.tenant = p_tenant and e.status = s.status and e.started_at >= p_since
          and (e.started_at, e.stream) < (p_before, p_before_id)
        order by e.started_at desc, e.stream desc limit p_rows * ${newestPerRow}
      ) n
      order by n.started_at desc, n.stream desc limit p_rows * ${newestPerRow}
    ) e
    where (p_namespace is null or e.namespace = p_namespace) and (p_name is null or e.name = p_name)
      and (p_version is null or e.workflow_version = p_version) and ${others}
    order by e.started_at desc, e.stream desc limit p_rows
  );
  if cardinality(v_newest) = p_rows then
    return query select n.stream from unnest(v_newest) with ordinality as n (stream, place) order by n.place;
    return;
  end if;
  return query
  with stretches as materialized (
    select w.* from {schema}.workflow_stretches_11(p_tenant, p_namespace, p_name, p_version, p_statuses) w
  ),
  first as materialized (
    select w.*, e.started_at from stretches w cross join lateral (${stretch('1', 'p_since')}) e
    order by e.started_at desc, e.stream desc limit p_rows
  ),
  floor as materialized (
    select case when count(*) = p_rows then min(f.started_at) else p_since end as since from first f
  )
  select e.stream from floor cross join first w cross join lateral (${stretch('p_rows', 'floor.since')}) e
  order by e.started_at desc, e.stream desc limit p_rows;
end $$;
`;

/** What begins with a prefix: by its key, however much of the table that is. */
const byPrefix = `
create or replace function {schema}.executions_by_prefix_11(p_tenant text, p_prefix text, p_prefix_end text, p_rows bigint)
returns table (stream text)
language sql stable
${sets}
as $$
  select s.stream from {schema}.streams s
  where s.tenant = p_tenant and s.stream >= p_prefix and s.stream < p_prefix_end and s.status is not null limit p_rows
$$;
`;

export const workflowLists = `
create index streams_by_workflow on {schema}.streams (tenant, namespace, name, workflow_version, status, started_at, stream)
  where status is not null;
drop index {schema}.streams_by_name;
${workflows}
${lists}
${byPrefix}
`;
