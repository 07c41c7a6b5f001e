/** Loaded before a program: every database of it runs with `synchronous = off`, whatever it asks for. */
import { DatabaseSync } from 'node:sqlite';

const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function execWithoutSyncs(sql) {
  return exec.call(this, sql.replace(/synchronous\s*=\s*full/i, 'synchronous = off'));
};
