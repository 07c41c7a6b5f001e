/** Endpoints, external documents, schemas, and the data flow of tasks and workflows. */
import { compileSchema, SchemaCompileError } from '../../schema/schema.ts';
import { authentication } from './authentication.ts';
import { transform } from './expressions.ts';
import { matching, text, uri } from './fields.ts';
import { type Check, child, report } from './place.ts';
import { byType, object, ofEach } from './shape.ts';

export const endpoint: Check = byType('an endpoint (a URI, a URI template, an expression or an object)', {
  text: uri('an endpoint'),
  object: object('an endpoint', { uri: uri("the endpoint's URI"), authentication }, { required: ['uri'] }),
});

export const externalResource: Check = object(
  'an external resource',
  { name: text("the resource's name"), endpoint },
  { required: ['endpoint'], meant: (uri) => `endpoint: ${uri}` },
);

export const catalog: Check = object(
  'a catalog',
  { endpoint },
  { required: ['endpoint'], meant: (uri) => `endpoint: ${uri}` },
);

/** An ill-formed schema is found when it is published, not when the first value meets it. */
function jsonSchema(value: Parameters<Check>[0], place: Parameters<Check>[1]): void {
  try {
    compileSchema(value);
  } catch (error) {
    if (!(error instanceof SchemaCompileError)) throw error;
    const steps = error.pointer.split('/').slice(1);
    const at = steps.reduce(
      (around, step) => child(around, step.replaceAll('~1', '/').replaceAll('~0', '~')),
      place,
    );
    report(at, `this is no JSON Schema: ${error.message}`);
  }
}

const schema: Check = object(
  'a schema',
  {
    format: matching("the schema's format", /^json(?::.+)?$/i, "'json', or 'json:' and a version"),
    document: jsonSchema,
    resource: externalResource,
  },
  {
    exactlyOne: ['document', 'resource'],
    elsewhere: ofEach(
      'type properties required items enum const additionalProperties $ref',
      "stands in 'document'",
    ),
  },
);

export const input: Check = object(
  'the input',
  { schema, from: transform('what the input is made of') },
  { meant: (from) => `from: ${from}`, elsewhere: ofEach('as', "is called 'from' here") },
);
export const output: Check = object(
  'the output',
  { schema, as: transform('what the output becomes') },
  { meant: (as) => `as: ${as}`, elsewhere: ofEach('from', "is called 'as' here") },
);
export const exported: Check = object(
  'the export',
  { schema, as: transform('what is exported') },
  { meant: (as) => `as: ${as}`, elsewhere: ofEach('from to', "is called 'as' here") },
);
