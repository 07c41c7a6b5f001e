/** The definitions of a scenario, read, and the workflows that their tasks run, published. */
import { hash } from 'node:crypto';
import type { Executable } from '@millrace/core';
import { type Definition, readDefinition } from '../engine/read-definition.ts';
import type { Store } from '../ports/store.ts';
import type { RandomWorkflow } from './random-workflow.ts';
import type { Scenario } from './scenario.ts';
import { functionNames } from './sim-performer.ts';

/** What tasks run by its name is published in every tenant. */
export async function publishChildren(store: Store, { executions }: Scenario): Promise<void> {
  for (const { workflow } of executions)
    for (const child of family(workflow).slice(1)) {
      const { text, digest, program } = definitionOf(child);
      const key = `${program.namespace}/${program.name}/${program.version}`;
      const body = JSON.stringify({ digest, format: 'json', text });
      for (const { tenant } of executions) {
        await store.putDocument(tenant, 'definitions', digest, text, undefined);
        await store.putDocument(tenant, 'workflows', key, body, undefined);
      }
    }
}

/** Read once, whatever runs them: most of a run would be reading otherwise. */
const definitions = new WeakMap<RandomWorkflow, Definition>();

export function definitionOf(workflow: RandomWorkflow): Definition {
  const known = definitions.get(workflow);
  if (known !== undefined) return known;
  const { definition } = workflow;
  const text = JSON.stringify(definition, null, 2);
  const read = readDefinition(definition, text, `sha256:${hash('sha256', text)}`, functionNames);
  definitions.set(workflow, read);
  return read;
}

export function definitionsOf({ executions }: Scenario): ReadonlyMap<string, Definition> {
  return new Map(
    executions.flatMap(({ workflow }) =>
      family(workflow).map((each) => {
        const definition = definitionOf(each);
        return [definition.digest, definition] as const;
      }),
    ),
  );
}

/** A workflow, and all that its tasks and theirs may run. */
export function family(workflow: RandomWorkflow): readonly RandomWorkflow[] {
  return [workflow, ...(workflow.children ?? []).flatMap(family)];
}

export function executableOf(workflow: RandomWorkflow): Executable {
  return definitionOf(workflow).executable;
}
