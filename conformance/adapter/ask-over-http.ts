/** Questions and answers over HTTP: each a POST to one address. */
import { isReply } from './messages.ts';
import type { Asker } from './over-adapter.ts';

const answerMsMax = 120_000;

export function askOverHttp(url: string): Asker {
  return {
    async ask(question) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(answerMsMax),
      });
      const text = await response.text();
      const reply = readReply(text);
      if (reply === undefined)
        throw new Error(
          `the adapter answered '${question.do}' with ${response.status}: ${text.slice(0, 500)}`,
        );
      if ('error' in reply) throw new Error(reply.error);
      return reply.answer;
    },
    end: async () => {},
  };
}

function readReply(text: string): ReturnType<typeof asReply> {
  try {
    return asReply(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asReply(value: unknown) {
  return isReply(value) ? value : undefined;
}
