/** The types of `postgres.js`, which is JavaScript since it runs on any Node. */
export interface PostgresServer {
  readonly pid: number;
  /** of a superuser, who needs a password */
  readonly url: string;
  /** What `handleOf` makes another handle of, as JSON. */
  describe(): object;
  /** `fast` shuts down; `immediate` is a crash that leaves the log to be replayed; `kill` is `kill -9` of the postmaster. */
  stop(how?: 'fast' | 'immediate' | 'kill'): Promise<void>;
  /** Stops the postmaster and its children by SIGSTOP, and lets them go on. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export function findPostgres(): string | undefined;
export function ensurePostgres(): string | undefined;
export function howToInstallPostgres(): string;
export function startPostgres(): Promise<PostgresServer>;
export function handleOf(described: object): PostgresServer;
