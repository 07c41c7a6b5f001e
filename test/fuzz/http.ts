/** The real server over HTTP: requests made from its own OpenAPI document, and answers held against it. */
import { readFileSync } from 'node:fs';
import { compileSchema, type Validator } from '@millrace/core';
import { startServer } from '../../conformance/server-process.ts';
import { type HttpInput, type HttpInputs, httpInputs } from './http-requests.ts';
import { type Answers, type OpenApi, readOpenApi } from './open-api.ts';
import { asTarget, type Target } from './target.ts';

/** What the server may have taken at most when all is over. */
const residentBytesMax = 600 * 2 ** 20;
const answerMsMax = 5_000;

/** Answers of the HTTP layer itself, before there is an operation. */
const statusesOfHttp = new Set([400, 404, 405, 408, 414, 431]);

export async function httpTarget(): Promise<Target> {
  const server = await startServer({ env: { MILLRACE_LOG_LEVEL: 'error' } });
  const document: unknown = await (await fetch(`${server.url}/openapi.json`)).json();
  const api = readOpenApi(document);
  const validators = new Map<string, Validator>();
  let latest = 'none';

  async function send(input: HttpInput): Promise<string | undefined> {
    const said = `${input.method} ${input.path.slice(0, 200)}`;
    let response: Response;
    try {
      response = await fetch(server.url + input.path.replaceAll('{latest}', latest), {
        method: input.method,
        headers: input.headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(answerMsMax),
        ...(input.body === undefined ? {} : { body: input.body }),
      });
    } catch (error) {
      // A request that this client cannot even send says nothing of the server.
      if (error instanceof TypeError && error.cause === undefined) return undefined;
      return server.isAlive()
        ? `${said}: no answer (${String(error)})`
        : `${said}: the server ended:\n${server.output().slice(-2_000)}`;
    }
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
    if (type === 'text/event-stream') {
      await response.body?.cancel();
      return undefined;
    }
    const text = await response.text();
    if (input.operation.startsWith('start') && response.status === 201)
      latest = (JSON.parse(text) as { id: string }).id;
    const wrong = wrongAnswer(api, validators, input, { status: response.status, type, text });
    return wrong === undefined ? undefined : `${said}: ${wrong}`;
  }

  return asTarget<HttpInputs>({
    name: 'http',
    inputs: httpInputs(api),
    async check(inputs) {
      latest = 'none';
      for (const input of inputs) {
        const wrong = await send(input);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    async closing() {
      const health = await fetch(`${server.url}/health`, { signal: AbortSignal.timeout(answerMsMax) });
      if (!health.ok) return `is no longer healthy: ${health.status}`;
      const resident = residentBytes(server.pid);
      return resident <= residentBytesMax
        ? undefined
        : `holds ${Math.round(resident / 2 ** 20)} MB when all is over`;
    },
    async close() {
      await server.stop();
    },
  });
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function wrongAnswer(
  api: OpenApi,
  validators: Map<string, Validator>,
  input: HttpInput,
  answer: Answer,
): string | undefined {
  const { status, type, text } = answer;
  if (status >= 500) return `answered with ${status}: ${text.slice(0, 500)}`;
  const answers = answersTo(api, input);
  const described = answers?.[String(status)];
  if (described === undefined)
    return statusesOfHttp.has(status)
      ? undefined
      : `answered with ${status}, which its description does not have: ${text.slice(0, 300)}`;
  const content =
    described.$ref === undefined
      ? described.content
      : api.components.responses[described.$ref.split('/').at(-1) ?? '']?.content;
  if (text === '' && (status === 204 || content === undefined)) return undefined;
  const schema = content?.[type]?.schema;
  if (schema === undefined)
    return `answered with ${status} as ${type || 'nothing'}, which its description does not have`;
  if (!type.includes('json')) return undefined;
  const key = `${input.operation} ${status} ${type}`;
  const validator = validators.get(key) ?? compileSchema({ ...schema, components: api.components });
  validators.set(key, validator);
  const [error] = validator.validate(JSON.parse(text));
  return error === undefined
    ? undefined
    : `answered with ${status}, not as described: ${JSON.stringify(error)} in ${text.slice(0, 300)}`;
}

/** The path of a request may have become another operation's. */
function answersTo(api: OpenApi, { operation }: HttpInput): Answers | undefined {
  return api.operations.find(({ operationId }) => operationId === operation)?.answers;
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
}
