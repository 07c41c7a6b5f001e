/** What `millrace run` runs: a definition in a file, or a workflow that is published. */
import { existsSync } from 'node:fs';
import { parse } from '@millrace/core';
import type { StartRequest, WorkflowId } from '../engine/interface.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, readTextFile } from './io.ts';
import { formatSourceError } from './validate.ts';

export type RunSubject = Pick<StartRequest, 'definition' | 'workflow'>;

/**
 * A file comes before a workflow of the same name. Errors of a definition are printed before it is refused.
 *
 * @param isKept there is a server or a store in which a workflow may be published
 */
export async function readSubject(given: string, isKept: boolean, io: Io): Promise<RunSubject> {
  const workflow = existsSync(given) ? undefined : workflowOf(given);
  if (workflow === undefined) return { definition: await readDefinition(given, io) };
  if (isKept) return { workflow };
  throw new CliError(
    exitCodes.usage,
    `${given} is no file. A workflow that is published is run where it is: add --server URL, or --store STORE.`,
  );
}

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const published = new RegExp(`^(${label})/(${label})(?:/(\\d[^/]*))?$`);

/** Of `namespace/name` or `namespace/name/version`. */
function workflowOf(given: string): WorkflowId | undefined {
  const [, namespace, name, version] = published.exec(given) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return { namespace, name, ...(version === undefined ? {} : { version }) };
}

async function readDefinition(file: string, io: Io): Promise<string> {
  const text = await readTextFile(file);
  const parsed = parse(text, { file });
  if (parsed.ok) return text;
  const { errors } = parsed;
  for (const error of errors) io.error(`${formatSourceError(file, error)}\n`);
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
  throw new CliError(exitCodes.invalid, `${file} has ${count}.`, { places: errors });
}
