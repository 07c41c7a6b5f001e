/** Endpoints, external documents, schemas, and the data flow of tasks and workflows. */
import { authentication } from './authentication.ts';
import { transform } from './expressions.ts';
import { anything, matching, text, uri } from './fields.ts';
import type { Check } from './place.ts';
import { byType, object } from './shape.ts';

export const endpoint: Check = byType('an endpoint (a URI, a URI template, an expression or an object)', {
  text: uri('an endpoint'),
  object: object('an endpoint', { uri: uri("the endpoint's URI"), authentication }, { required: ['uri'] }),
});

export const externalResource: Check = object(
  'an external resource',
  { name: text("the resource's name"), endpoint },
  { required: ['endpoint'] },
);

export const catalog: Check = object('a catalog', { endpoint }, { required: ['endpoint'] });

const schema: Check = object(
  'a schema',
  {
    format: matching("the schema's format", /^json(?::.+)?$/i, "'json', or 'json:' and a version"),
    document: anything,
    resource: externalResource,
  },
  { exactlyOne: ['document', 'resource'] },
);

export const input: Check = object('the input', { schema, from: transform('what the input is made of') });
export const output: Check = object('the output', { schema, as: transform('what the output becomes') });
export const exported: Check = object('the export', { schema, as: transform('what is exported') });
