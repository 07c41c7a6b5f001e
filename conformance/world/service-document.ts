/** The OpenAPI document of the service: operations with parameters of every place, and one with a body. */
export function serviceDocument(version: string): unknown {
  const answer = { 200: { description: 'what was asked' } };
  const parameter = (name: string, place: string, required = false) => ({
    name,
    in: place,
    required,
    schema: { type: 'string' },
  });
  return {
    openapi: version,
    info: { title: 'Service', version: '1.0.0' },
    servers: [{ url: 'https://service.example/{base}', variables: { base: { default: 'echo' } } }],
    paths: {
      '/items/{item}': {
        get: {
          operationId: 'getItem',
          parameters: [
            parameter('item', 'path', true),
            parameter('colour', 'query'),
            parameter('x-trace', 'header'),
          ],
          responses: answer,
        },
        put: {
          operationId: 'putItem',
          parameters: [parameter('item', 'path', true)],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { type: 'object', properties: { size: {} } } } },
          },
          responses: answer,
        },
      },
      '/broken': {
        servers: [{ url: 'https://service.example/status/500' }],
        get: { operationId: 'broken', responses: answer },
      },
      '/locked': {
        servers: [{ url: 'https://service.example/bearer' }],
        get: { operationId: 'locked', responses: answer },
      },
    },
  };
}
