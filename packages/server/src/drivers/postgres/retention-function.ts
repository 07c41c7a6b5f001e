/**
 * The seventh migration: retention does not wait for a long transaction that has read the log, such as a backup or a dump.
 * While a table waits to be dropped, every commit and every reader waits behind it. `{schema}` is the quoted name of the
 * schema.
 */
export const retentionGivesWay = `
alter function {schema}.drop_ended_before(timestamptz) set lock_timeout = '1s';
`;
