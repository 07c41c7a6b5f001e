/** One measurement in a process of its own, so that its memory, CPU and bytes are its alone. */
import { endWithParent } from './subjects/child-process.ts';
import type { WorkOptions } from './works/work.ts';
import { findWork } from './works/works.ts';

export interface Order {
  readonly work: string;
  readonly options: WorkOptions;
}

endWithParent();
process.once('message', (order: Order) => {
  void measure(order);
});

async function measure({ work, options }: Order): Promise<void> {
  const answer = await findWork(work)
    .measure(options)
    .catch((error: unknown) => ({
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }));
  process.send?.(answer, () => process.disconnect());
  // what a failed measurement left open must not keep the process
  setTimeout(() => process.exit(), exitMsMax).unref();
}

const exitMsMax = 2_000;
