/**
 * The door: how anything asks an execution to move. With a worker in this process a command goes to it, without a
 * row or a hop; otherwise it becomes a durable `command` row that a worker elsewhere claims.
 */
import type { Command } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { queueOf } from './rows.ts';
import type { Worker } from './worker.ts';
import type { Receiver, Submitted } from './worker-options.ts';

export interface Door {
  /** `undefined`: the command is durable, and decided elsewhere. */
  submit(tenant: string, execution: string, command: Command): Promise<Submitted | undefined>;
  /** The same for the roles, whose commands are many: without a promise for each. */
  tell(tenant: string, execution: string, command: Command, receiver: Receiver, queue?: string): void;
}

export function localDoor(worker: Worker): Door {
  return {
    submit: (tenant, execution, command) => worker.submit(tenant, execution, command),
    tell: (tenant, execution, command, receiver) => worker.tell(tenant, execution, command, receiver),
  };
}

export function remoteDoor(store: Store, world: World): Door {
  async function submit(
    tenant: string,
    execution: string,
    command: Command,
    known?: string,
  ): Promise<undefined> {
    const queue = known ?? (command.type === 'execution.start' ? queueOf(command.definition) : undefined);
    const row = {
      id: `${execution}/command/${world.id()}`,
      execution,
      kind: 'command',
      due: store.now(),
      attempt: 0,
      lease: null,
      unsafe: false,
      doubt: false,
      body: JSON.stringify(command),
      ...(queue === undefined ? {} : { queue }),
    } as const;
    const [result] = await store.commit([{ tenant, stream: execution, wakeUps: [{ type: 'put', row }] }]);
    if (result?.type !== 'accepted') throw new Error(`the store refused a command row for ${execution}`);
    return undefined;
  }
  return {
    submit: (tenant, execution, command) => submit(tenant, execution, command),
    tell(tenant, execution, command, receiver, queue) {
      submit(tenant, execution, command, queue).then(
        (submitted) => receiver.decided(submitted),
        (error: unknown) => receiver.failed(error),
      );
    },
  };
}
