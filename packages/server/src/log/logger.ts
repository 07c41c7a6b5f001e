/** The structured log: one line an entry, JSON for machines or text for people. */

export const levels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof levels)[number];
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  /** Whether entries of this level are written: asked before costly fields are made. */
  isEnabled(level: LogLevel): boolean;
  /** A logger whose entries carry these fields too. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** the least important level that is written; default info */
  readonly level?: LogLevel;
  /** default json */
  readonly format?: 'text' | 'json';
  /** takes a whole line with its end; default: standard error, since standard output belongs to results */
  readonly write?: (line: string) => void;
  /** epoch ms */
  readonly now?: () => number;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const limit = levels.indexOf(options.level ?? 'info');
  const format = options.format === 'text' ? toTextLine : toJsonLine;
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? Date.now;
  return bind(
    (level, message, fields) => {
      if (levels.indexOf(level) <= limit) write(`${format(now(), level, message, redact(fields))}\n`);
    },
    limit,
    {},
  );
}

type Emit = (level: LogLevel, message: string, fields: LogFields) => void;

function bind(emit: Emit, limit: number, bound: LogFields): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    emit(level, message, { ...bound, ...fields });
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    isEnabled: (level) => levels.indexOf(level) <= limit,
    child: (fields) => bind(emit, limit, { ...bound, ...fields }),
  };
}

function toJsonLine(time: number, level: LogLevel, message: string, fields: LogFields): string {
  return JSON.stringify({ time: new Date(time).toISOString(), level, message, ...fields });
}

function toTextLine(time: number, level: LogLevel, message: string, fields: LogFields): string {
  const { error, ...rest } = fields;
  const pairs = Object.entries(rest).map(([key, value]) => ` ${key}=${toText(value)}`);
  const stack = isFailure(error)
    ? `\n  ${String(error.stack ?? error.message).replaceAll('\n', '\n  ')}`
    : '';
  const head = `${new Date(time).toISOString().slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${oneLine(message)}`;
  return `${head}${pairs.join('')}${stack}`;
}

function toText(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@%+-]+$/.test(value)
    ? value
    : (JSON.stringify(value) ?? 'undefined');
}

/** A caller's text must not forge a second line of the log. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ⏎ ');
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}

const secretName =
  /^(authorization|cookie|set-cookie|x-api-key|api-?keys?|password|passphrase|secret|secrets|token|access_?token|refresh_?token)$/i;
const depthMax = 6;

/** Values under the names of secrets are masked; errors become plain objects; what JSON cannot say becomes text. */
function redact(fields: LogFields): LogFields {
  return plain(fields, 0) as LogFields;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) return '…';
  if (value instanceof Error) return errorToFields(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, secretName.test(key) ? '***' : plain(item, depth + 1)]),
  );
}

function errorToFields(error: Error, depth: number): unknown {
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: plain(error.cause, depth + 1) };
  return { name: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
