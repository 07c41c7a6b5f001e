/** What `with` holds in a call of each protocol that the language names. */
import { isJsonObject } from '../../model/json.ts';
import { authentication } from './authentication.ts';
import { foreach } from './events.ts';
import { computed, expression, free } from './expressions.ts';
import {
  boolean,
  duration,
  freeScalar,
  freeScalars,
  freeText,
  integer,
  matching,
  oneOf,
  orExpression,
  text,
} from './fields.ts';
import { type Check, report } from './place.ts';
import { endpoint, externalResource } from './resources.ts';
import { byType, listOf, mapOf, object, ofEach } from './shape.ts';

const mapOrExpression = (noun: string, member: Check): Check =>
  byType(`${noun} (an object or an expression)`, { object: mapOf(noun, member), text: computed(noun) });

const httpMethod = orExpression(
  matching('an HTTP method', /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a word such as get or POST'),
);
const httpOutput = oneOf('the output', ['raw', 'content', 'response']);
const redirect = boolean('whether redirects are outcomes');

const http: Check = object(
  'the arguments of an http call',
  {
    method: httpMethod,
    endpoint,
    headers: mapOrExpression('the headers', freeScalar('a header')),
    body: free,
    query: mapOrExpression('the query', freeScalars('a query parameter')),
    output: httpOutput,
    redirect,
  },
  {
    required: ['method', 'endpoint'],
    elsewhere: {
      authentication: "stands in 'endpoint', beside its 'uri'",
      ...ofEach('url uri', "is called 'endpoint'"),
      ...ofEach('params parameters', "is called 'query'"),
    },
  },
);

const openapi: Check = object(
  'the arguments of an openapi call',
  {
    document: externalResource,
    operationId: freeText('the operation id'),
    parameters: mapOrExpression('the parameters', free),
    authentication,
    output: httpOutput,
    redirect,
  },
  { required: ['document', 'operationId'] },
);

const grpc: Check = object(
  'the arguments of a grpc call',
  {
    proto: externalResource,
    service: object(
      'the grpc service',
      {
        name: freeText("the service's name"),
        host: orExpression(
          matching(
            'the host',
            /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/,
            'letters, digits, dots and hyphens',
          ),
        ),
        port: orExpression(integer('the port', 0, 65_535)),
        authentication,
      },
      { required: ['name', 'host'] },
    ),
    method: freeText("the method's name"),
    arguments: mapOrExpression('the arguments', free),
  },
  { required: ['proto', 'service', 'method'] },
);

const brokers =
  'amqp amqp1 anypointmq googlepubsub http ibmmq jms kafka mercure mqtt mqtt5 nats pulsar redis sns solace sqs stomp ws';

const message: Check = object('the message', {
  payload: free,
  headers: mapOrExpression('the headers', free),
});

const subscription: Check = object(
  'the subscription',
  {
    filter: expression('the filter of the messages'),
    consume: object(
      'the end of the consumption',
      {
        for: duration,
        amount: orExpression(integer('the number of messages', 1, Number.MAX_SAFE_INTEGER)),
        while: expression('the condition to go on'),
        until: expression('the condition to end'),
      },
      { exactlyOne: ['amount', 'while', 'until'] },
    ),
    foreach,
  },
  { required: ['consume'] },
);

const asyncapiFields: Check = object(
  'the arguments of an asyncapi call',
  {
    document: externalResource,
    channel: freeText('the channel'),
    operation: freeText('the operation'),
    server: object(
      'the server',
      { name: freeText("the server's name"), variables: mapOrExpression('the variables', free) },
      { required: ['name'] },
    ),
    protocol: oneOf('the protocol', brokers.split(' ')),
    message,
    subscription,
    authentication,
  },
  { required: ['document'], exactlyOne: ['message', 'subscription'] },
);

const asyncapi: Check = (value, place) => {
  asyncapiFields(value, place);
  if (!isJsonObject(value)) return;
  const found = ['channel', 'operation'].filter((key) => Object.hasOwn(value, key));
  if (found.length === 1) return;
  const what = found.length === 0 ? 'none' : 'both';
  report(
    place,
    `expected 'channel' (AsyncAPI 2) or 'operation' (AsyncAPI 3) in an asyncapi call but found ${what}`,
  );
};

const a2aMethods =
  'message/send message/stream tasks/get tasks/list tasks/cancel tasks/resubscribe tasks/pushNotificationConfig/set ' +
  'tasks/pushNotificationConfig/get tasks/pushNotificationConfig/list tasks/pushNotificationConfig/delete ' +
  'agent/getAuthenticatedExtendedCard';

const a2a: Check = object(
  'the arguments of an a2a call',
  {
    agentCard: externalResource,
    server: endpoint,
    method: oneOf('the A2A method', a2aMethods.split(' ')),
    parameters: mapOrExpression('the parameters', free),
  },
  {
    required: ['method'],
    also: (value, place) => {
      if (Object.hasOwn(value, 'agentCard') || Object.hasOwn(value, 'server')) return;
      report(place, "expected 'agentCard' or 'server' in the arguments of an a2a call");
    },
  },
);

const processArguments: Check = byType('the arguments (a list of texts)', {
  list: listOf('the arguments', freeScalar('an argument')),
  text: computed('the arguments'),
});

const mcpMethods =
  'tools/list tools/call prompts/list prompts/get resources/list resources/read resources/templates/list';

const mcp: Check = object(
  'the arguments of an mcp call',
  {
    protocolVersion: text('the protocol version'),
    method: oneOf('the MCP method', mcpMethods.split(' ')),
    parameters: mapOrExpression('the parameters', free),
    timeout: duration,
    transport: object(
      'the transport',
      {
        http: object(
          'the http transport',
          { endpoint, headers: mapOrExpression('the headers', freeScalar('a header')) },
          { required: ['endpoint'] },
        ),
        stdio: object(
          'the stdio transport',
          {
            command: freeText('the command'),
            arguments: processArguments,
            environment: mapOrExpression('the environment', freeScalar('an environment variable')),
          },
          { required: ['command'] },
        ),
        options: mapOrExpression('the options', freeScalar('an option')),
      },
      { exactlyOne: ['http', 'stdio'] },
    ),
    client: object(
      'the client',
      { name: freeText("the client's name"), version: freeText("the client's version") },
      { required: ['name', 'version'] },
    ),
  },
  { required: ['method', 'transport'] },
);

/** The arguments of each protocol. */
export const protocols: ReadonlyMap<string, Check> = new Map(
  Object.entries({ http, grpc, openapi, asyncapi, a2a, mcp }),
);
