/** Turns settings into a running engine. */
import type { Settings } from '../config/settings.ts';
import { isPostgres } from '../drivers/postgres/address.ts';
import { type Composition, composeEngine } from '../engine/compose.ts';
import { MillraceError } from '../errors.ts';
import type { Logger } from '../log/logger.ts';
import { CliError, exitCodes } from './exit.ts';
import { messageOf } from './io.ts';

export type { Composition };

/** Throws a `CliError` that says what to do when the store cannot be had. */
export async function compose(
  settings: Settings,
  log: Logger,
  environment: Readonly<Record<string, string | undefined>>,
  virtualTime = false,
): Promise<Composition> {
  const { secretsFile, allow, originMap, responseBytesMax } = settings;
  checkRetention(settings);
  try {
    const { resources: _, eventsSink, eventsStatusChanged, ...rest } = settings;
    return await composeEngine({
      ...rest,
      virtualTime,
      limits: settings,
      placesMax: placesMaxOf(settings.limits),
      ...(eventsSink === '' ? {} : { eventSink: { uri: eventsSink, statusChanged: eventsStatusChanged } }),
      ...(settings.resources === '' ? {} : { resources: settings.resources }),
      secrets: { environment, ...(secretsFile === '' ? {} : { file: secretsFile }) },
      http: { allow, origins: originMap, responseBytesMax },
      onMissingRoles: (roles) => {
        if (roles.length === 0) log.info('every role has a running process again');
        else log.warn('no running process has these roles: what is theirs to do waits', { roles });
      },
      onError: (error, execution) => log.error('work failed', { execution, error }),
      onFatal: (error) => {
        log.error('the store cannot be trusted any more; the process ends', { error });
        process.exit(exitCodes.failed);
      },
    });
  } catch (error) {
    if (!(error instanceof MillraceError) && !isSystemError(error)) throw error;
    const message = `Cannot start: ${messageOf(error).replace(/[.!]*$/, '.')}${adviceFor(error, settings)}`;
    throw new CliError(exitCodes.cannotStart, message, { cause: error });
  }
}

/** The least is a week, which is what is dropped at once; events are kept for as long, for whoever listens later. */
const retentionMsMin = 7 * 86_400_000;

function checkRetention({ retentionMs, store }: Settings): void {
  if (retentionMs === 0) return;
  if (!isPostgres(store))
    throw new CliError(
      exitCodes.usage,
      'retentionMs: only a store in PostgreSQL drops what has ended (--store postgres://…).',
    );
  if (retentionMs < retentionMsMin)
    throw new CliError(
      exitCodes.usage,
      `retentionMs: what has ended is kept for 7d at least, not ${retentionMs} ms.`,
    );
}

/** `NAME=N`; of a name that comes twice the last counts. */
function placesMaxOf(limits: Settings['limits']): Readonly<Record<string, number>> {
  return Object.fromEntries(
    limits.map((text) => {
      const end = text.lastIndexOf('=');
      return [text.slice(0, end), Number(text.slice(end + 1))];
    }),
  );
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** The drivers' `reason`, as what an operator can do about it. */
function adviceFor(error: unknown, { store }: Settings): string {
  const reason = error instanceof MillraceError ? error.details.reason : undefined;
  // The driver knows what to do, and no folder is concerned.
  if (isPostgres(store) && reason !== 'disk-full') return '';
  switch (reason) {
    case 'locked':
      return ` Another store for this process: --store sqlite:OTHER.db (this is ${store}).`;
    case 'newer-schema':
      return ' Run the Millrace that wrote it, or choose another store.';
    case 'foreign-file':
      return ' Choose another file: --store sqlite:OTHER.db.';
    case 'damaged':
      return ' Run `millrace verify` to see all that is damaged, then restore the last backup, or choose another file: --store sqlite:OTHER.db.';
    case 'secrets':
      return '';
    case 'disk-full':
      return ' Make room on the disk, then start again.';
    default:
      return ' Check --store and --data, and the rights to their folder.';
  }
}
