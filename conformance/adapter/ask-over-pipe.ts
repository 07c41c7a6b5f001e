/** Questions and answers over the standard input and output of a process: a JSON text in one line each, with an `id`. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isReply, type Reply } from './messages.ts';
import type { Asker } from './over-adapter.ts';

const bounds = {
  answerMsMax: 120_000,
  /** After it was told to close, and its input has ended. */
  endMsMax: 5_000,
};

/** `command` is one of a shell. What the process prints to standard error is shown. */
export function askOverPipe(command: string, { answerMsMax, endMsMax } = bounds): Asker {
  // A group of its own, so that what the shell has started ends with it.
  const child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const open = new Map<number, (reply: Reply) => void>();
  let last = 0;
  let gone: string | undefined;
  const lose = (why: string) => {
    gone ??= why;
    for (const settle of open.values()) settle({ error: gone });
    open.clear();
  };
  child.on('error', (error) => lose(`the adapter cannot be started: ${error.message}`));
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      lose(`the adapter has ended with ${code ?? signal}`);
      resolve();
    });
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = readLine(line);
    if (reply?.id === undefined || !Number.isInteger(reply.id) || reply.id < 1 || reply.id > last)
      return void lose(`the adapter says what is no answer: ${line.slice(0, 500)}`);
    // Nobody waits any more for one that comes too late.
    open.get(reply.id)?.(reply);
    open.delete(reply.id);
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
        open.set(id, settle);
        child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      });
    },
    async end() {
      if (child.pid === undefined) return;
      const group = -child.pid;
      child.stdin.end();
      const timer = setTimeout(() => {
        kill(group);
        child.stdout.destroy();
      }, endMsMax);
      await closed;
      clearTimeout(timer);
    },
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

function kill(group: number): void {
  try {
    process.kill(group, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
