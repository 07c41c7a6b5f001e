/**
 * The fourteenth migration: which of two indexes finds listeners does not follow from which was made last. `{schema}` is the
 * quoted name of the schema.
 *
 * The condition on `kind` says nothing of the rows. It keeps the planner from taking the index without keys for who asks by
 * a key, where it knows nothing of the table and this index is the newer one: after `pg_dump`, which makes indexes in the
 * order of their names, or a `reindex concurrently`.
 */
export const listenerIndexes = `
drop index {schema}.wake_ups_of_shape;
create index wake_ups_of_shape on {schema}.wake_ups (tenant, shape, execution, id) where shape is not null and kind <> '';
`;
