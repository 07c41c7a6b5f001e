import { describe, expect, it } from 'vitest';
import { rawOf, readingOf } from './read-event.ts';

const event = { specversion: '1.0', id: '1', source: 'urn:test', type: 't' };

describe('what is read of an event', () => {
  it('is all of it, its data, or null when it has none', () => {
    expect(readingOf({ ...event, data: 1 }, 'envelope')).toEqual({ ...event, data: 1 });
    expect(readingOf({ ...event, data: { n: 1 } }, 'data')).toEqual({ n: 1 });
    expect(readingOf(event, 'data')).toBeNull();
    expect(readingOf({ ...event, data: { n: 1 } }, 'raw')).toBe('{"n":1}');
  });

  it('raw is the text or the bytes as they came, or the JSON of a value', () => {
    expect(rawOf({ ...event, data_base64: 'aGVsbG8=', datacontenttype: 'text/plain' })).toBe('aGVsbG8=');
    expect(rawOf(event)).toBeNull();
    expect(rawOf({ ...event, data: 'plain', datacontenttype: 'text/plain' })).toBe('plain');
    expect(rawOf({ ...event, data: 'text', datacontenttype: 'application/cloud+json' })).toBe('"text"');
    expect(rawOf({ ...event, data: 'text' })).toBe('"text"');
    expect(rawOf({ ...event, data: { n: 1 }, datacontenttype: 'text/plain' })).toBe('{"n":1}');
  });
});
