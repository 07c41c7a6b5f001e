/** Publishes the texts of files, and what has changed of them anew. */
import { defaultTenant } from '../api/access.ts';
import type { Engine, WorkflowId, WorkflowSource } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import type { ErrorPlace } from './exit.ts';
import { messageOf } from './io.ts';
import { formatSourceError } from './validate.ts';

export interface DevPublisher {
  /** All texts that there are now, by file. */
  publish(texts: ReadonlyMap<string, string>): Promise<void>;
}

export interface DevPublisherOptions {
  /** whether another text takes the place of a version that is published, and a workflow goes with its text */
  readonly replaces: boolean;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

interface Published {
  readonly text: string;
  /** absent: its text has errors, and nothing was ever published of it */
  readonly id?: WorkflowId;
}

export function openDevPublisher(engine: Engine, options: DevPublisherOptions): DevPublisher {
  const { out, error } = options;
  const known = new Map<string, Published>();

  const remove = async ({ id }: Published): Promise<number> => {
    if (id === undefined || !options.replaces) return 0;
    const { cancelled } = await engine.undeploy(defaultTenant, id, { force: true });
    return cancelled;
  };

  /** What was there goes only when what comes is sound. */
  const publishOne = async (file: string, text: string): Promise<boolean> => {
    const before = known.get(file);
    known.set(file, { ...before, text });
    try {
      const { workflow, replaced } = await put(text, before);
      known.set(file, { text, id: idOf(workflow) });
      const isRenamed = before?.id !== undefined && keyOf(before.id) !== keyOf(workflow);
      const cancelled = replaced + (isRenamed ? await remove(before) : 0);
      const stopped = cancelled === 0 ? '' : `; cancelled ${cancelled} of the old text`;
      out(
        `${file}: ${before?.id === undefined ? 'published' : 'published anew'}: ${workflow.id}${stopped}\n`,
      );
    } catch (fault) {
      for (const line of faultLines(file, fault)) error(`${line}\n`);
      return false;
    }
    return true;
  };

  /** A version gives way only to the file that it is of. */
  const put = async (
    text: string,
    before: Published | undefined,
  ): Promise<{ workflow: WorkflowSource; replaced: number }> => {
    try {
      const { workflow } = await engine.deploy(defaultTenant, text);
      return { workflow, replaced: 0 };
    } catch (fault) {
      const isOther = fault instanceof MillraceError && fault.code === 'conflict';
      const isOwn = isOther && before?.id !== undefined && fault.details.workflow === keyOf(before.id);
      if (!isOwn || !options.replaces) throw fault;
      const replaced = await remove(before);
      const { workflow } = await engine.deploy(defaultTenant, text);
      return { workflow, replaced };
    }
  };

  /** Once all are there: what one names may be published with another. */
  const warn = async (files: readonly string[]): Promise<void> => {
    for (const file of files) {
      const { id, text } = known.get(file) ?? {};
      if (id === undefined || text === undefined) continue;
      const { workflow } = await engine.deploy(defaultTenant, text);
      for (const { line, message, pointer } of [...workflow.unsupported, ...(workflow.warnings ?? [])])
        error(`${file}:${line}: warning: ${message} (at ${pointer})\n`);
    }
  };

  return {
    async publish(texts) {
      for (const [file, published] of [...known]) {
        if (texts.has(file)) continue;
        known.delete(file);
        await remove(published);
        if (published.id !== undefined && options.replaces) out(`${file}: removed\n`);
      }
      const changed = [...texts].filter(([file, text]) => known.get(file)?.text !== text);
      const published: string[] = [];
      for (const [file, text] of changed) if (await publishOne(file, text)) published.push(file);
      await warn(published).catch((fault: unknown) => error(`${messageOf(fault)}\n`));
    },
  };
}

function idOf({ namespace, name, version }: WorkflowId): WorkflowId {
  return version === undefined ? { namespace, name } : { namespace, name, version };
}

function keyOf({ namespace, name, version }: WorkflowId): string {
  return `${namespace}/${name}/${version}`;
}

function faultLines(file: string, fault: unknown): readonly string[] {
  const places = fault instanceof MillraceError ? (fault.details.errors as readonly ErrorPlace[]) : undefined;
  if (places === undefined || places.length === 0) return [`${file}: ${messageOf(fault)}`];
  return places.map(({ line = 1, column = 1, pointer = '', message }) =>
    formatSourceError(file, { line, column, pointer, message }),
  );
}
