/** Flights, hotels and cars: bookings that can be taken back; and the weather. */
import { createTurns, Refusal, type Routes, textOf } from './service.ts';

/** The weather service answers at the third try. */
const weatherTurns = 3;

export function createTravel(): Routes {
  const weatherTurn = createTurns(weatherTurns);
  return {
    'POST /bookings/:kind': (call) => {
      const kind = call.params.kind ?? '';
      const city = textOf(call, 'city');
      if (kind === 'car' && city === 'Venice') throw new Refusal(409, 'there are no cars in Venice');
      return { status: 201, body: { id: `${kind}-${textOf(call, 'traveller')}` } };
    },
    'DELETE /bookings/:kind/:id': () => ({}),

    'GET /weather/:city': ({ params }) => {
      if (params.city === 'Atlantis') throw new Refusal(404, 'there is no city Atlantis');
      if (weatherTurn(params.city ?? '') < weatherTurns)
        throw new Refusal(503, 'too many people look at the sky');
      return { body: { city: params.city, celsius: 21 } };
    },
  };
}
