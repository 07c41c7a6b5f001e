/** For tests: a TCP proxy in front of the real server that makes the faults which networks make. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FaultyProxy {
  readonly url: string;
  /** requests seen, as `METHOD /path`, whatever became of them */
  readonly requests: string[];
  /**
   * What becomes of the connections to come, the first for the first; `pass` when there is none left.
   *
   * `refuse`: cut before anything is sent. `lose`: the request arrives, the answer is thrown away. `cut`: the answer is
   * cut after some bytes. An object: this is answered in the server's place.
   */
  readonly faults: Fault[];
  /** bytes to anyone stop arriving, while connections stay open */
  freeze(): void;
  close(): Promise<void>;
}

export type Fault =
  | 'pass'
  | 'refuse'
  | 'lose'
  | { readonly cut: number }
  | { readonly status: number; readonly headers?: string; readonly body?: string };

export async function openFaultyProxy(port: number): Promise<FaultyProxy> {
  const requests: string[] = [];
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    const fault = faults.shift() ?? 'pass';
    if (fault === 'refuse') return socket.destroy();
    if (typeof fault === 'object' && 'status' in fault) return answer(socket, fault, requests);
    relay(socket, port, fault, requests, () => frozen);
    return undefined;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    freeze: () => {
      frozen = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(socket: Socket, fault: Extract<Fault, { status: number }>, requests: string[]): void {
  const { status, headers = '', body = '' } = fault;
  socket.once('data', (chunk) => {
    note(chunk, requests);
    socket.end(
      `HTTP/1.1 ${status} Said\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
}

function relay(
  socket: Socket,
  port: number,
  fault: Extract<Fault, string | { cut: number }>,
  requests: string[],
  frozen: () => boolean,
): void {
  const upstream = connect(port, '127.0.0.1').on('error', () => socket.destroy());
  let left = typeof fault === 'object' ? fault.cut : Number.POSITIVE_INFINITY;
  socket.on('data', (chunk) => {
    note(chunk, requests);
    upstream.write(closing(chunk));
  });
  socket.on('close', () => upstream.destroy());
  upstream.on('close', () => {
    if (!frozen()) socket.destroy();
  });
  upstream.on('data', (chunk) => {
    if (frozen()) return;
    if (fault === 'lose') return void socket.destroy();
    socket.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) socket.end();
  });
}

/** One request for each connection, so that a fault meets the request that it is meant for. */
function closing(chunk: Buffer): Buffer {
  return Buffer.from(
    chunk.toString('latin1').replace(/^connection: keep-alive/im, 'connection: close'),
    'latin1',
  );
}

function note(chunk: Buffer, requests: string[]): void {
  const line = /^(GET|POST|PUT|DELETE) (\S+) HTTP/.exec(chunk.toString('latin1'));
  if (line !== null) requests.push(`${line[1]} ${line[2]}`);
}
