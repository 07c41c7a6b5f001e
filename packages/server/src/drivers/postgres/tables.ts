/** The tables of the first migration. `{schema}` is the quoted name of the schema. */

/**
 * 1. Ids and names are compared by their bytes (`collate "C"`), as every other driver does.
 * 2. `streams` has one row for each execution: where its stream stands, and what lists show. A commit updates this row
 *    only, in place, as long as its status stays.
 * 3. `commits` is what grows. It is partitioned by `period`, the week in which the position was given out, so that
 *    retention drops whole tables. `streams.first_period` says from which partition on a stream is to be looked for, and
 *    `periods` which partition a position is in.
 * 4. `claimable` is the instant from which a wake-up can be claimed, null: never as it stands.
 * 5. `shape` and `key` say what a row waits for an event by, and `position` is that of the commit that put it: whoever
 *    looks for listeners reads one stretch of an index.
 * 6. `counter` has one row. It is locked last in every batch, until the batch is committed: so positions become visible
 *    in their order, and a reader of the tail never passes one that comes later.
 */
export const tables = `
create table {schema}.streams (
  tenant text collate "C" not null,
  stream text collate "C" not null,
  version bigint not null default 0,
  commit_id text collate "C" not null default '',
  first_period integer not null default 0,
  namespace text collate "C",
  name text collate "C",
  workflow_version text collate "C",
  definition text collate "C",
  status text collate "C",
  started_at bigint,
  updated_at bigint,
  ended_at bigint,
  error text collate "C",
  primary key (tenant, stream)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index streams_by_status on {schema}.streams (tenant, status, started_at, stream) where status is not null;
create index streams_by_name on {schema}.streams (tenant, name, status, started_at, stream) where status is not null;

create table {schema}.commits (
  period integer not null,
  position bigint not null,
  tenant text collate "C" not null,
  stream text collate "C" not null,
  version bigint not null,
  facts integer not null,
  id text collate "C" not null,
  previous text collate "C" not null,
  time bigint not null,
  cause text collate "C" not null,
  body text collate "C" not null,
  primary key (position, period),
  unique (tenant, stream, version, period)
) partition by range (period);

create table {schema}.periods (
  period integer primary key,
  first_position bigint
);

create table {schema}.counter (
  single boolean primary key default true check (single),
  position bigint not null,
  period integer not null,
  ready_period integer not null
);
insert into {schema}.counter (position, period, ready_period) values (0, 0, 0);

create table {schema}.wake_ups (
  tenant text collate "C" not null,
  execution text collate "C" not null,
  id text collate "C" not null,
  kind text collate "C" not null,
  due bigint not null,
  attempt bigint not null,
  owner text collate "C",
  until bigint,
  unsafe boolean not null,
  doubt boolean not null,
  body text collate "C",
  shape text collate "C",
  key text collate "C",
  position bigint,
  claimable bigint generated always as (
    case when doubt then null when owner is null then due when unsafe then null else greatest(due, until) end
  ) stored,
  primary key (tenant, execution, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0.05);
create index wake_ups_by_claimable on {schema}.wake_ups (kind, claimable) where claimable is not null;
create index wake_ups_by_id on {schema}.wake_ups (tenant, id);
create index wake_ups_unclaimable on {schema}.wake_ups (until) where claimable is null;
create index wake_ups_by_shape on {schema}.wake_ups (tenant, shape, key, execution, id) where shape is not null;
create index wake_ups_of_shape on {schema}.wake_ups (tenant, shape, execution, id) where shape is not null;

create table {schema}.documents (
  tenant text collate "C" not null,
  collection text collate "C" not null,
  key text collate "C" not null,
  revision bigint not null,
  time bigint not null,
  body text collate "C" not null,
  write uuid not null,
  primary key (tenant, collection, key)
);
create index documents_by_age on {schema}.documents (collection, time, tenant, key);

create table {schema}.snapshots (
  tenant text collate "C" not null,
  stream text collate "C" not null,
  schema integer not null,
  version bigint not null,
  commit_id text collate "C" not null,
  body text collate "C" not null,
  primary key (tenant, stream)
);

create table {schema}.blobs (
  tenant text collate "C" not null,
  digest text collate "C" not null,
  part integer not null,
  content bytea not null,
  primary key (tenant, digest, part)
);
alter table {schema}.blobs alter column content set storage external;

create table {schema}.writers (
  id uuid primary key,
  batch bigint not null default 0,
  retired boolean not null default false,
  seen_at timestamptz not null default now(),
  base bigint,
  positions bigint[],
  versions bigint[],
  ids text[]
) with (fillfactor = 50);
`;

/**
 * Indexes of the ninth migration. Where statistics say that the table is nearly empty all indexes are as cheap, and the
 * planner takes the one that was made last of those that can be used at all: that by ids is no use for anything else, and
 * that of listeners by their keys comes after that without keys (which `pg_dump` does not keep: `listener-indexes.ts`).
 */
export const wakeUpIndexes = `
drop index {schema}.wake_ups_by_id;
create index wake_ups_by_id on {schema}.wake_ups (id);
drop index {schema}.wake_ups_by_shape;
create index wake_ups_by_shape on {schema}.wake_ups (tenant, shape, key, execution, id) where shape is not null;
`;

/**
 * Facts for people who write SQL: one row each. The log keeps bodies as text, since an id is the hash of the very text;
 * `jsonb` has neither U+0000 nor half a surrogate pair, so where a body holds one the view shows U+FFFD.
 */
export const views = `
create function {schema}.facts_of(body text) returns jsonb language plpgsql immutable parallel safe as $$
declare
  stored jsonb;
begin
  begin
    stored := body::jsonb;
  exception when others then
    stored := regexp_replace(body, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\1\\\\ufffd', 'g')::jsonb;
  end;
  -- Facts of the first schema were stored as they are, later ones behind the number of theirs.
  return case jsonb_typeof(stored -> 0) when 'number' then stored - 0 else stored end;
end $$;

create view {schema}.events as
  select c.position, c.tenant, c.stream as execution, c.version + f.ordinality - 1 as version,
    to_timestamp(c.time / 1000.0) as time, c.cause, f.fact ->> 'type' as type, f.fact
  from {schema}.commits c
  cross join lateral jsonb_array_elements({schema}.facts_of(c.body)) with ordinality as f (fact, ordinality);

create view {schema}.executions as
  select tenant, stream as id, namespace, name, workflow_version as version, definition, status,
    to_timestamp(started_at / 1000.0) as started_at, to_timestamp(updated_at / 1000.0) as updated_at,
    to_timestamp(ended_at / 1000.0) as ended_at, error, version as events
  from {schema}.streams where status is not null;
`;
