import { toEvents } from '../event-request.ts';
import type { Events } from '../interface.ts';
import type { EventMatches, PublishedEvent } from '../views.ts';
import { routes } from './routes.ts';
import type { Transport } from './transport.ts';

export function clientEvents(transport: Transport): Events {
  return {
    async publish(events, { signal } = {}) {
      // The ids are given once, so that a request that is sent again publishes nothing twice.
      const body = { type: 'application/cloudevents-batch+json', text: JSON.stringify(toEvents(events)) };
      const answer = await transport.json({ route: routes.publishEvents, body, signal });
      return (answer.body as { readonly items: readonly PublishedEvent[] }).items;
    },
    async matches(event, { signal } = {}) {
      const { id, source } = typeof event === 'string' ? { id: event, source: undefined } : event;
      const query = { source };
      const { body } = await transport.json({ route: routes.getEventMatches, id, query, signal });
      return body as EventMatches;
    },
  };
}
