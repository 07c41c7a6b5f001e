/** A port that leads to one PostgreSQL and later to another: what a name, a floating address or a proxy does at a failover. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface MovingPort {
  readonly port: number;
  /** Connections that come from now on are led there; those that are open stay where they are. */
  moveTo(port: number): void;
  close(): Promise<void>;
}

export async function openMovingPort(first: number): Promise<MovingPort> {
  let target = first;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const end = () => {
      for (const socket of [client, server]) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end).setNoDelay(true);
    }
    client.pipe(server);
    server.pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    moveTo(port) {
      target = port;
    },
    async close() {
      if (!proxy.listening) return;
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await once(proxy, 'close');
    },
  };
}
