/**
 * The door: how anything asks an execution to move. With a worker in this process a command goes to it, without a
 * row or a hop; otherwise it becomes a durable `command` row that a worker elsewhere claims.
 */
import type { Command } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { isOfNewerFacts } from './codec.ts';
import { queueOf } from './rows.ts';
import type { Worker } from './worker.ts';
import type { Receiver, Submitted } from './worker-options.ts';

export interface Door {
  /** every command is decided elsewhere: no worker is in this process */
  readonly isRemote: boolean;
  /**
   * `undefined`: the command is durable, and decided elsewhere.
   * @param name of the row that it becomes then, among those of the execution; absent: one of its own
   */
  submit(tenant: string, execution: string, command: Command, name?: string): Promise<Submitted | undefined>;
  /** The same for the roles, whose commands are many: without a promise for each. */
  tell(tenant: string, execution: string, command: Command, receiver: Receiver, queue?: string): void;
}

/**
 * `elsewhere` takes what this process cannot decide, since a newer version has written to the execution; absent: no other
 * process writes.
 */
export function localDoor(worker: Worker, elsewhere: Door | undefined): Door {
  if (elsewhere === undefined)
    return {
      isRemote: false,
      submit: (tenant, execution, command) => worker.submit(tenant, execution, command),
      tell: (tenant, execution, command, receiver) => worker.tell(tenant, execution, command, receiver),
    };
  return {
    isRemote: false,
    async submit(tenant, execution, command, name) {
      try {
        return await worker.submit(tenant, execution, command);
      } catch (error) {
        if (!isOfNewerFacts(error)) throw error;
        return elsewhere.submit(tenant, execution, command, name);
      }
    },
    tell(tenant, execution, command, receiver, queue) {
      const failed = (error: unknown) => {
        if (isOfNewerFacts(error)) elsewhere.tell(tenant, execution, command, receiver, queue);
        else receiver.failed(error);
      };
      worker.tell(tenant, execution, command, new Fallback(receiver, failed));
    },
  };
}

/** A receiver whose failures are looked at first; a class, since there is one for every deed. */
class Fallback implements Receiver {
  readonly #receiver: Receiver;
  readonly failed: (error: unknown) => void;

  constructor(receiver: Receiver, failed: (error: unknown) => void) {
    this.#receiver = receiver;
    this.failed = failed;
  }

  decided(submitted: Submitted | undefined): void {
    this.#receiver.decided(submitted);
  }
}

export function remoteDoor(store: Store, world: World): Door {
  async function submit(
    tenant: string,
    execution: string,
    command: Command,
    { name = world.id(), queue: known }: { readonly name?: string; readonly queue?: string | undefined } = {},
  ): Promise<undefined> {
    const queue = known ?? (command.type === 'execution.start' ? queueOf(command.definition) : undefined);
    const row = {
      id: `${execution}/command/${name}`,
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
    isRemote: true,
    submit: (tenant, execution, command, name) =>
      submit(tenant, execution, command, name === undefined ? {} : { name }),
    tell(tenant, execution, command, receiver, queue) {
      submit(tenant, execution, command, { queue }).then(
        (submitted) => receiver.decided(submitted),
        (error: unknown) => receiver.failed(error),
      );
    },
  };
}
