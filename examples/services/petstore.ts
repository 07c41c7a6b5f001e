/** A pet store that describes itself with OpenAPI. */
import { memberOf, Refusal, type Routes, required, textOf } from './service.ts';

const pet = {
  type: 'object',
  properties: { id: { type: 'integer' }, name: { type: 'string' }, status: { type: 'string' } },
};

const json = (schema: unknown) => ({ 'application/json': { schema } });

const description = (origin: string) => ({
  openapi: '3.1.0',
  info: { title: 'Pet store', version: '1.0.0' },
  servers: [{ url: `${origin}/petstore` }],
  paths: {
    '/pets': {
      get: {
        operationId: 'findPets',
        parameters: [{ name: 'status', in: 'query', schema: { type: 'string' } }],
        responses: { 200: { description: 'pets', content: json({ type: 'array', items: pet }) } },
      },
    },
    '/pets/{petId}': {
      put: {
        operationId: 'updatePet',
        parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'integer' } }],
        requestBody: { required: true, content: json(pet) },
        responses: { 200: { description: 'the pet', content: json(pet) } },
      },
    },
  },
});

export function createPetstore(): Routes {
  const pets = [
    { id: 1, name: 'Rex', status: 'sold' },
    { id: 2, name: 'Mia', status: 'available' },
    { id: 3, name: 'Kiki', status: 'available' },
  ];
  return {
    'GET /petstore/openapi.json': ({ origin }) => ({ body: description(origin) }),
    'GET /petstore/pets': ({ query }) => ({
      body: pets.filter(({ status }) => status === required(query.get('status'), 'status')),
    }),
    'PUT /petstore/pets/:id': (call) => {
      const found = pets.find(({ id }) => id === Number(call.params.id));
      if (found === undefined) throw new Refusal(404, `there is no pet ${call.params.id}`);
      return {
        body: { ...found, name: memberOf(call.body, 'name') ?? found.name, status: textOf(call, 'status') },
      };
    },
  };
}
