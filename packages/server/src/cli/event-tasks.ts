/** Which task an event is about: some name only the version of the event that asked for something. */
import type { ExecutionEvent } from '../engine/interface.ts';
import type { ApiClient } from './api-client.ts';
import type { TaskFact } from './run-progress.ts';

export interface EventTasks {
  /** Undefined: it is about no task. To be asked for each event, in their order. */
  of(event: ExecutionEvent): Promise<TaskFact | undefined>;
}

/** Requests whose outcome may come; one that is older is read again. */
const keptMax = 10_000;

export function createEventTasks(api: ApiClient, id: string): EventTasks {
  const requests = new Map<number, TaskFact>();
  return {
    async of({ version, fact }) {
      const { type, task, visit, effect, child } = fact as ExecutionEvent['fact'] & Members;
      if (task !== undefined) {
        const found = { task, ...(visit === undefined ? {} : { visit }) };
        if (type === 'effect.requested' || type === 'child.requested') keep(version, found);
        return found;
      }
      const asked = effect ?? child;
      return asked === undefined ? undefined : (requests.get(asked) ?? (await read(asked)));
    },
  };

  function keep(version: number, found: TaskFact): void {
    requests.set(version, found);
    const [oldest] = requests.keys();
    if (requests.size > keptMax && oldest !== undefined) requests.delete(oldest);
  }

  /** It came before the first event that is printed. */
  async function read(version: number): Promise<TaskFact | undefined> {
    const [event] = (await api.events(id, version - 1, 1)).items;
    const { task, visit } = (event?.fact ?? {}) as Members;
    if (task === undefined) return undefined;
    const found = { task, ...(visit === undefined ? {} : { visit }) };
    keep(version, found);
    return found;
  }
}

interface Members {
  readonly task?: string;
  readonly visit?: number;
  /** versions of the events that asked for it */
  readonly effect?: number;
  readonly child?: number;
}
