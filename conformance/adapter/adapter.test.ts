import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ownFeatures, runKit } from '../kit.ts';
import { freePort } from '../server-process.ts';
import { askOverPipe } from './ask-over-pipe.ts';
import { overAdapter } from './over-adapter.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const runner = fileURLToPath(new URL('../../scripts/run.js', import.meta.url));
const millrace = fileURLToPath(new URL('millrace.ts', import.meta.url));
const chapters = ['control', 'schedule', 'lifecycle', 'document'].map(
  (each) => `${ownFeatures}/${each}.feature`,
);
const world = { originMap: {}, secrets: {} };

let child: ChildProcess | undefined;
afterEach(async () => {
  if (child === undefined) return;
  const closed = once(child, 'close');
  child.kill();
  await closed;
  child = undefined;
});

const failuresOf = (results: Awaited<ReturnType<typeof runKit>>) =>
  results.flatMap(({ place, failure }) => (failure === undefined ? [] : [`${place}: ${failure}`]));

describe('a runtime behind an adapter', () => {
  it('passes over a pipe what it passes in this process, and skips nothing more', {
    timeout: 120_000,
  }, async () => {
    const command = `${process.execPath} ${runner} ${millrace}`;
    const over = await runKit(chapters, { connect: (given) => overAdapter(command, given) });
    expect(failuresOf(over)).toEqual([]);
    expect(over.length).toBeGreaterThan(60);
    expect(over.filter(({ skipped }) => skipped !== undefined)).toEqual([]);
  });

  it('passes over HTTP', { timeout: 60_000 }, async () => {
    const port = await freePort();
    child = spawn(process.execPath, [runner, millrace, String(port)], { cwd: root, stdio: 'inherit' });
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(() => fetch(url, { method: 'POST', body: '{"do":"none"}' }).then((each) => each.status), {
        timeout: 20_000,
      })
      .toBe(200);
    const over = await runKit([chapters[0] ?? ''], { connect: (given) => overAdapter(url, given) });
    expect(failuresOf(over)).toEqual([]);
    expect(over.length).toBeGreaterThan(3);
  });

  it.each([
    ['exit 3', 'the adapter has ended with 3'],
    ['echo nonsense; cat > /dev/null', 'says what is no answer: nonsense'],
    [`read q; echo '{"id":1,"answer":{}}'; cat > /dev/null`, "has no 'features'"],
    [`read q; echo '{"id":1,"answer":{"name":"a","features":"listen"}}'; cat > /dev/null`, 'has no list'],
    [`read q; echo '{"id":1,"error":"no such store"}'; cat > /dev/null`, 'no such store'],
  ])('that does %j fails with a sentence, and no process is left', async (command, sentence) => {
    await expect(overAdapter(command, world)).rejects.toThrow(sentence);
  });

  it('that claims what no scenario needs is told so, and what there is', async () => {
    const answers = [{ name: 'short', features: ['listen', 'place'] }, {}].map(
      (answer, index) => `read q; echo '${JSON.stringify({ id: index + 1, answer })}'`,
    );
    const over = runKit([chapters[0] ?? ''], { connect: (given) => overAdapter(answers.join('; '), given) });
    await expect(over).rejects.toThrow('does not know: place; known are listen, schedule, ');
  });

  it('fails the scenarios that it ends in, and does not hang', { timeout: 60_000 }, async () => {
    const answer = '{"id":1,"answer":{"name":"short","features":[]}}';
    const [first] = chapters;
    const over = runKit([first ?? ''], {
      connect: (given) => overAdapter(`read q; echo '${answer}'; read q; exit 1`, given),
    });
    await expect(over).rejects.toThrow('the adapter has ended with 1');
  });

  it('is ended in time, with all that its shell has started', { timeout: 10_000 }, async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const connected = once(listener, 'connection') as Promise<[Socket]>;
    const { port } = listener.address() as AddressInfo;
    // It connects, and does not look at its input.
    const command = `${process.execPath} -e 'require("node:net").connect(${port}, "127.0.0.1")'; true`;
    const asker = askOverPipe(command, { answerMsMax: 1_000, endMsMax: 100 });
    const [socket] = await connected;
    const gone = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
    socket.resume();
    await asker.end();
    await gone;
    listener.close();
  });

  it('may answer too late, and is asked on', { timeout: 10_000 }, async () => {
    const late = `read q; read q; echo '{"id":1,"answer":{}}'; echo '{"id":2,"answer":{"second":2}}'`;
    const asker = askOverPipe(`${late}; cat > /dev/null`, { answerMsMax: 1_000, endMsMax: 5_000 });
    await expect(asker.ask({ do: 'advance', ms: 1 })).rejects.toThrow("has not answered 'advance'");
    expect(await asker.ask({ do: 'advance', ms: 2 })).toEqual({ second: 2 });
    await asker.end();
  });

  it.each(['{"id":2,"answer":{}}', '{"answer":{}}', '{"id":"1","answer":{}}', '{"id":1}'])(
    'that answers %s to the first question says what is no answer',
    async (line) => {
      const asker = askOverPipe(`read q; echo '${line}'; cat > /dev/null`);
      await expect(asker.ask({ do: 'advance', ms: 1 })).rejects.toThrow('says what is no answer');
      await asker.end();
    },
  );
});
