/** A TCP proxy before the database that cuts connections at the worst moment: the question has arrived, the answer has not. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** The next answer on each connection is swallowed, and its connection reset. */
  cut(): void;
  /** answers that were swallowed so far */
  readonly swallowed: number;
  close(): Promise<void>;
}

interface Pair {
  isArmed: boolean;
  readonly client: Socket;
  readonly server: Socket;
}

export async function openCuttingProxy(port: number): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
  let swallowed = 0;
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const pair: Pair = { isArmed: false, client, server };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end).setNoDelay(true);
    client.on('data', (data) => server.write(data));
    server.on('data', (data) => {
      if (!pair.isArmed) return client.write(data);
      swallowed += 1;
      client.resetAndDestroy();
      end();
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    cut() {
      for (const pair of pairs) pair.isArmed = true;
    },
    get swallowed() {
      return swallowed;
    },
    async close() {
      proxy.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      await once(proxy, 'close');
    },
  };
}
