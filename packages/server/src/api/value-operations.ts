/** Operations that give one value of an execution whole, however large it is. */
import { Type } from 'typebox';
import type { ValueContent } from '../engine/interface.ts';
import {
  executionExample,
  executionId,
  executionPath,
  executionParams as params,
} from './execution-common.ts';
import { defineOperation, type Operation, type OperationReply } from './operation.ts';
import { anyJson } from './schemas.ts';

export const valueOperations: readonly Operation[] = [
  ownValue('getExecutionInput', 'input', 'Download the input of an execution', 'Whole, however large it is.'),
  ownValue(
    'getExecutionOutput',
    'output',
    'Download the output of an execution',
    'Whole, however large it is. There is none unless the execution has completed.',
  ),
  defineOperation({
    name: 'getEventValue',
    summary: 'Download a value of an event',
    description:
      'Whole, however large it is: what `large` of the event points to. Of a `task.completed` also the `/output` that the event leaves out, since it is the value that the task had before.',
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path: `${executionPath}/events/{version}/value`,
    params: Type.Object({
      id: executionId,
      version: Type.String({ pattern: '^[1-9]\\d{0,14}$', description: 'Version of the event.' }),
    }),
    query: Type.Object(
      {
        of: Type.String({
          pattern: '^/',
          maxLength: 1_024,
          description: 'JSON pointer into `fact`, such as /output or /request/body.',
        }),
      },
      { additionalProperties: false },
    ),
    responses: download(executionExample.output),
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: { id, version }, query: { of } }) => {
      const content = await engine.value(tenant, id, { version: Number(version), of });
      return toDownload(content, `${id}-${version}${of.replace(/[^A-Za-z0-9]+/g, '-')}`);
    },
  }),
];

function ownValue(name: string, member: 'input' | 'output', summary: string, description: string): Operation {
  return defineOperation({
    name,
    summary,
    description,
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path: `${executionPath}/${member}`,
    params,
    responses: download(executionExample[member]),
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: { id } }) =>
      toDownload(await engine.value(tenant, id, member), `${id}-${member}`),
  });
}

function download(example: unknown) {
  return [
    {
      status: 200,
      description: 'The value as JSON, sent as it is read.',
      content: { 'application/json': anyJson('Any JSON value.') },
      example,
      headers: { 'Content-Disposition': 'Proposes the name of a file.' },
    },
  ];
}

/** Ids hold nothing that a header field or a file's name would have to quote. */
function toDownload({ bytes, chunks }: ValueContent, name: string): OperationReply {
  return { type: 'download', contentType: 'application/json', bytes, chunks, fileName: `${name}.json` };
}
