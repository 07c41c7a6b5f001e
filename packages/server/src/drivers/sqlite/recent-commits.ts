import type { Commit, Entry } from '../../ports/store.ts';

/** What is kept at most; beyond either the oldest go, as many as half of `commitsMax`, or all there are. */
const commitsMax = 256;
const charactersMax = 1024 * 1024;

/**
 * The last commits of the log, for whoever reads its end: an event that was published a moment ago need not be read
 * from the database by the next to look. This process is the only one to write, so what it was answered is all there is.
 * Under load nothing is kept, since what outlives its commit is copied by the collector; then the database is read.
 */
export class RecentCommits {
  /** one behind the other in the log, up to its end */
  #commits: Commit[] = [];
  #characters = 0;
  #end: number | undefined;
  #isClosed = false;

  /** position of the last commit; undefined: there was none since the store was opened, or it is closed */
  get end(): number | undefined {
    return this.#isClosed ? undefined : this.#end;
  }

  /** Takes a commit that was accepted. */
  add({ tenant, stream, after, commit }: Entry, position: number): void {
    if (commit === undefined || after === undefined || position !== (this.#end ?? 0) + 1)
      this.#drop(Infinity);
    this.#end = position;
    if (commit === undefined || after === undefined) return;
    this.#commits.push({ tenant, stream, ...commit, previous: after.commit, position });
    this.#characters += commit.body.length;
    if (this.#commits.length > commitsMax || this.#characters > charactersMax) this.#drop(commitsMax / 2);
  }

  /** One was accepted that is not kept. */
  pass(position: number): void {
    this.#end = position;
    if (this.#commits.length > 0) this.#drop(Infinity);
  }

  /** The commits behind a position; undefined: the database has to be asked. */
  after(position: number, rowsMax: number): readonly Commit[] | undefined {
    if (this.end === undefined) return undefined;
    if (position >= this.end) return [];
    const first = this.#commits[0]?.position;
    if (first === undefined || position + 1 < first) return undefined;
    const from = position + 1 - first;
    return this.#commits.slice(from, from + rowsMax);
  }

  /** The store is closed, or broken: nothing is known any more, so that the database is asked, and refuses. */
  close(): void {
    this.#isClosed = true;
  }

  #drop(count: number): void {
    this.#commits = this.#commits.slice(count);
    this.#characters = this.#commits.reduce((sum, { body }) => sum + body.length, 0);
  }
}
