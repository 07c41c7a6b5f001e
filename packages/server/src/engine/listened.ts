/** What the rows of an execution listen for, in the words of its definition. */
import {
  isJsonObject,
  type JsonObject,
  listenerOf,
  type NearMiss,
  valueAt,
  type WakeUpView,
} from '@millrace/core';
import { shapeOf } from '../roles/listen-key.ts';
import { type NearMissRecord, nearMissRecords } from '../roles/match-record.ts';
import type { EngineParts } from './engine-parts.ts';

type Told = Pick<WakeUpView, 'listens'>;

/** By the id of the row; nothing for one whose task listens no more. */
export async function listened(
  { reader, definitions, store }: EngineParts,
  tenant: string,
  execution: string,
): Promise<(row: string) => Told> {
  const { tasks, definition } = await reader.state(tenant, execution, 'shallow');
  if (definition === null) return () => ({});
  const { program, executable } = await definitions.byDigest(tenant, definition.digest);
  const record = await store.document(tenant, nearMissRecords, execution);
  const near = record === undefined ? undefined : (JSON.parse(record.body) as NearMissRecord);
  return (row) => {
    const { version, filter } = listenerOf(row);
    const task = Object.values(tasks).find((each) => each.kind === 'listen' && each.since === version);
    if (task?.kind !== 'listen') return {};
    const { node } = executable.node(task.task);
    if (node.kind !== 'listen') return {};
    const own = node.to.filters.length;
    const source = filter < own ? node.to : node.until?.type === 'consumed' ? node.until.strategy : undefined;
    const pointer = source?.filters[filter < own ? filter : filter - own]?.pointer;
    const written = pointer === undefined ? undefined : valueAt(program.definition, `${pointer}/with`);
    const correlate: JsonObject = { ...task.keys, ...task.filters[filter]?.expect };
    return {
      listens: {
        task: task.task,
        with: isJsonObject(written) ? written : {},
        ...(Object.keys(correlate).length === 0 ? {} : { correlate }),
        ...(filter < own ? {} : { until: true as const }),
        ...missedBy(near, shapeOf(definition.digest, task.task, filter)),
      },
    };
  };
}

function missedBy(near: NearMissRecord | undefined, wanted: string): { readonly missed?: NearMiss } {
  if (near === undefined || near.shape !== wanted) return {};
  const { shape: _, ...missed } = near;
  return { missed };
}
