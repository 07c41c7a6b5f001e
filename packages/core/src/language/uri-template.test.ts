import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTemplate, expandTemplate } from './uri-template.ts';

describe('expandTemplate', () => {
  it.each([
    ['https://a.io/pets/{id}', { id: 7 }, 'https://a.io/pets/7'],
    [
      'https://a.io/pets?status={status}',
      { status: 'a b&c/ü' },
      'https://a.io/pets?status=a%20b%26c%2F%C3%BC',
    ],
    ['https://a.io/{pet.id}', { 'pet.id': 'x', pet: { id: 'y' } }, 'https://a.io/x'],
    ['https://a.io/{missing}/{none}', { none: null }, 'https://a.io//'],
    ['https://a.io/{yes}', { yes: true }, 'https://a.io/true'],
    ['https://a.io/{x}', "it's", 'https://a.io/'],
    ['https://a.io/{x}', { x: "!'()*~" }, 'https://a.io/%21%27%28%29%2A~'],
    ['https://a.io/{toString}', {}, 'https://a.io/'],
    ['../relative/{x}', { x: '\ud800' }, '../relative/%EF%BF%BD'],
  ])('%s with %j is %s', (template, value, uri) => {
    expect(expandTemplate(template, value)).toEqual({ ok: true, uri });
  });

  it('refuses values that are lists or objects, by the name of the variable', () => {
    expect(expandTemplate('/{a}', { a: [1] })).toEqual({
      ok: false,
      message: '{a} in a URI template must be a text, a number or a boolean, not a list',
    });
    expect(expandTemplate('/{a}', { a: {} })).toMatchObject({ ok: false });
  });

  it('never lets a value leave its place in the URI', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const expanded = expandTemplate('https://a.io/{v}', { v: value });
        expect(expanded.ok && expanded.uri).toMatch(/^https:\/\/a\.io\/[A-Za-z0-9%._~-]*$/);
      }),
    );
  });
});

describe('checkTemplate', () => {
  it.each([
    ['https://a.io/{id', 13],
    ['https://a.io/id}', 15],
    ['https://a.io/{}', 13],
    ['https://a.io/{+id}', 13],
    ['https://a.io/{id*}', 13],
    ['https://a.io/{a b}', 13],
    ['https://a.io/a b', 14],
  ])('%s is refused at %i', (template, offset) => {
    expect(checkTemplate(template)).toMatchObject({ offset });
  });

  it.each(['https://a.io/{id}?a={b}#c', '/x', 'file://app/greet.proto', 'urn:x:{y}'])(
    '%s is accepted',
    (template) => {
      expect(checkTemplate(template)).toBeUndefined();
    },
  );
});
