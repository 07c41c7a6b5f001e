import type { EmbeddedEngine } from 'millrace';
import { toEvents } from '../event-request.ts';
import type { Events } from '../interface.ts';
import type { Gate } from './gate.ts';

export function embeddedEvents(engine: EmbeddedEngine, gate: Gate): Events {
  return {
    publish: (events, options = {}) => gate.pass(options, async () => engine.publish(toEvents(events))),
    matches: (event, options = {}) =>
      gate.pass(options, async () =>
        typeof event === 'string' ? engine.matches(event) : engine.matches(event.id, event.source),
      ),
  };
}
