/** A request of somebody outside, who asks whichever process is there until one has answered. */
import type { Cluster } from './cluster.ts';
import type { Owner, SimQueue } from './sim-queue.ts';

type Engine = Cluster['processes'][number]['runtime']['engine'];

const outside: Owner = { alive: true };

export function askUntilDone(
  { cluster, queue }: { readonly cluster: Cluster; readonly queue: SimQueue },
  request: (engine: Engine) => Promise<unknown>,
  done: () => void,
  failed: (error: unknown) => void = () => {},
): void {
  const again = () =>
    queue.schedule(outside, 50, () => askUntilDone({ cluster, queue }, request, done, failed));
  const [process] = cluster.open;
  if (process === undefined) return void again();
  let over = false;
  // A process that dies answers never.
  queue.schedule(outside, 5_000, () => {
    if (!over) again();
    over = true;
  });
  Promise.resolve()
    .then(() => request(process.runtime.engine))
    .then(
      () => {
        over = true;
        done();
      },
      (error: unknown) => {
        if (over) return;
        over = true;
        failed(error);
        again();
      },
    );
}
