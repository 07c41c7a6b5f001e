import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEventStream, type StreamLimits, type StreamSignal } from './event-stream.ts';

async function read(chunks: readonly Uint8Array[], limits?: StreamLimits): Promise<StreamSignal[]> {
  const signals: StreamSignal[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const signal of readEventStream(body, limits)) signals.push(signal);
  return signals;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const message = (id: string, data: string) => ({ type: 'message', id, data });

describe('server-sent events', () => {
  it('are fields up to an empty line; an id stays until there is another', async () => {
    expect(await read([bytes('id: 1\nevent: x\ndata: a\ndata: b\n\ndata:c\n\n')])).toEqual([
      message('1', 'a\nb'),
      message('1', 'c'),
    ]);
  });

  it('may end their lines with CR LF, LF or CR, and begin with a byte order mark', async () => {
    expect(await read([bytes('\ufeffdata: a\r\n\r\ndata: b\r\rdata: c\n\n')])).toEqual([
      message('', 'a'),
      message('', 'b'),
      message('', 'c'),
    ]);
  });

  it('have comments, a wish for the pause, and names that mean nothing here', async () => {
    expect(await read([bytes(': alive\n\nretry: 250\n\nretry: soon\nother\nid: \0\n\ndata\n\n')])).toEqual([
      { type: 'alive' },
      { type: 'retry', ms: 250 },
      message('', ''),
    ]);
  });

  it('are dropped when the stream ends within them', async () => {
    expect(await read([bytes('data: whole\n\ndata: part\n')])).toEqual([message('', 'whole')]);
  });

  it('are the same however the bytes arrive', async () => {
    const eol = fc.constantFrom('\n', '\r\n', '\r');
    const line = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
      fc.constantFrom('', 'id: 7', ': alive', 'retry: 3', 'data: é€😀'),
    );
    const stream = fc.array(fc.tuple(line, eol), { maxLength: 30 }).map((lines) => lines.flat().join(''));
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(200), { maxLength: 30 }), async (text, cuts) => {
        const whole = bytes(text);
        const places = [...cuts.map((cut) => cut % (whole.length + 1)), 0, whole.length].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        expect(await read(chunks)).toEqual(await read([whole]));
      }),
    );
  });

  it('longer than the limit are refused, in one line or in many', async () => {
    await expect(read([bytes(`data: ${'x'.repeat(50)}`)], { charsMax: 40 })).rejects.toThrow(
      'longer than 40',
    );
    await expect(read([bytes('data: xxxxxxxxxx\n'.repeat(5))], { charsMax: 40 })).rejects.toThrow(
      'longer than 40',
    );
    expect(await read([bytes('data: xxxxxxxxxx\n\n'.repeat(5))], { charsMax: 40 })).toHaveLength(5);
  });
});
