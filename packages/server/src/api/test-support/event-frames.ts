/** For tests: a stream of server-sent events, read as it comes. */
export interface Frame {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
  readonly data: any;
}

/** The events of a response; ending the iteration lets go of the connection. */
export async function* framesOf(response: Response): AsyncGenerator<Frame> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) if (/^id:/m.test(frame)) yield toFrame(frame);
  }
}

function toFrame(frame: string): Frame {
  const fields = Object.fromEntries(
    frame
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
  );
  return { id: String(fields.id), event: String(fields.event), data: JSON.parse(String(fields.data)) };
}
