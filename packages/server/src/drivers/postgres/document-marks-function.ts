/**
 * The twelfth migration: with each document that is stored or deleted goes a mark of the process and the connection that did it, so that
 * a process can ask whether a database has what it had stored (0067). Each connection has a row of its own, for which nobody waits.
 * `{schema}` is the quoted name of the schema.
 */
export const documentMarks = `
create table {schema}.document_marks (
  process uuid not null,
  backend integer not null,
  number bigint not null,
  seen_at timestamptz not null,
  primary key (process, backend)
) with (fillfactor = 50);

create or replace function {schema}.mark_12(p_process uuid, out backend integer, out mark bigint)
language sql volatile
as $$
  insert into {schema}.document_marks as m (process, backend, number, seen_at)
  values (p_process, pg_backend_pid(), 1, now())
  on conflict (process, backend) do update set number = m.number + 1, seen_at = excluded.seen_at
  returning m.backend, m.number
$$;
`;
