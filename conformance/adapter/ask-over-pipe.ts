/** Questions and answers over the standard input and output of a process: a JSON text in one line each, with an `id`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isReply, type Reply } from './messages.ts';
import type { Asker } from './over-adapter.ts';

const answerMsMax = 120_000;
/** After it was told to close, and its input has ended. */
const endMsMax = 5_000;

interface Open {
  readonly what: string;
  readonly settle: (reply: Reply) => void;
}

/** `command` is one of a shell. What the process prints to standard error is shown. */
export function askOverPipe(command: string): Asker {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const open = new Map<number, Open>();
  let last = 0;
  let gone: string | undefined;
  const lose = (why: string) => {
    gone ??= why;
    for (const { settle } of open.values()) settle({ error: gone });
    open.clear();
  };
  child.on('error', (error) => lose(`the adapter cannot be started: ${error.message}`));
  child.on('close', (code, signal) => lose(`the adapter has ended with ${code ?? signal}`));
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = readLine(line);
    const asked = reply?.id === undefined ? undefined : open.get(reply.id);
    if (reply === undefined || asked === undefined)
      return void lose(`the adapter says what is no answer: ${line.slice(0, 500)}`);
    open.delete(reply.id as number);
    asked.settle(reply);
  });
  return {
    ask(question) {
      if (gone !== undefined) return Promise.reject(new Error(gone));
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          open.delete(id);
          reject(new Error(`the adapter has not answered '${question.do}' after ${answerMsMax} ms`));
        }, answerMsMax);
        const settle = (reply: Reply) => {
          clearTimeout(timer);
          if ('error' in reply) reject(new Error(reply.error));
          else resolve(reply.answer);
        };
        open.set(id, { what: question.do, settle });
        child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      });
    },
    end: () => end(child),
  };
}

function readLine(line: string): Reply | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isReply(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), endMsMax);
  await closed;
  clearTimeout(timer);
}
