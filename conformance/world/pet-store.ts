/** The pet store that the specification's scenarios and examples call: as much of it as they need. */
import { ok, type Route } from './route.ts';

const pets = [
  { id: 1, name: 'Rex', status: 'available', photoUrls: [], category: { id: 1, name: 'dogs' } },
  { id: 2, name: 'Minou', status: 'pending', photoUrls: [], category: { id: 2, name: 'cats' } },
  { id: 3, name: 'Kiki', status: 'available', photoUrls: [], category: { id: 3, name: 'birds' } },
  { id: 69, name: 'Ada', status: 'available', photoUrls: [], category: { id: 1, name: 'dogs' } },
];

export const petStoreRoutes: readonly Route[] = [
  { pattern: /^\/v2\/swagger\.json$/, answer: () => ok(petStoreDocument) },
  {
    pattern: /^\/v2\/pet\/findByStatus$/,
    answer: (_parts, { query }) => {
      const wanted = [query.status ?? []].flat().flatMap((each) => each.split(','));
      return ok(pets.filter(({ status }) => wanted.includes(status)));
    },
  },
  {
    // A pet is told by its body as well: examples call it with a template that their input does not fill.
    method: 'PUT',
    pattern: /^\/v2\/pet\/(\d*)$/,
    answer: (_parts, { body }) => ok(body),
  },
  {
    pattern: /^\/v2\/pet\/(\d+)$/,
    answer: ([id]) => {
      const pet = pets.find((each) => each.id === Number(id));
      if (pet) return ok(pet);
      return { status: 404, body: { code: 1, type: 'error', message: 'Pet not found' } };
    },
  },
];

/** As much of a Swagger 2.0 document as two operations need. Its host is the real one: the origin map leads here. */
const petStoreDocument = {
  swagger: '2.0',
  info: { title: 'Pets', version: '1.0.0' },
  host: 'petstore.swagger.io',
  basePath: '/v2',
  schemes: ['https', 'http'],
  paths: {
    '/pet/findByStatus': {
      get: {
        operationId: 'findPetsByStatus',
        produces: ['application/json'],
        parameters: [
          {
            name: 'status',
            in: 'query',
            required: true,
            type: 'array',
            items: { type: 'string' },
            collectionFormat: 'multi',
          },
        ],
        responses: {
          200: { description: 'the pets', schema: { type: 'array', items: { $ref: '#/definitions/Pet' } } },
        },
      },
    },
    '/pet/{petId}': {
      get: {
        operationId: 'getPetById',
        produces: ['application/json'],
        parameters: [{ name: 'petId', in: 'path', required: true, type: 'integer', format: 'int64' }],
        responses: {
          200: { description: 'the pet', schema: { $ref: '#/definitions/Pet' } },
          404: { description: 'no such pet' },
        },
      },
    },
  },
  definitions: {
    Pet: {
      type: 'object',
      required: ['name'],
      properties: {
        id: { type: 'integer', format: 'int64' },
        name: { type: 'string' },
        status: { type: 'string' },
      },
    },
  },
};
