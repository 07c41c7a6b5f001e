import { type Child, startScript } from './child-process.ts';

export interface Service {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts the HTTP service that workflows call, on a port that the system gives. */
export async function startService(): Promise<Service> {
  const child: Child = startScript('subjects/echo-service.ts');
  const [, port] = await child.printed(/^(\d+)$/m);
  return { url: `http://127.0.0.1:${port}/`, pid: child.pid, close: () => child.end() };
}
