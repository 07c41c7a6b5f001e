/** The workflows of the journeys, each with the one thing that a page has to show of it. */

/** Ends at once; its input is asked for by a form. */
export const greet = `document: { dsl: '1.0.3', namespace: shop, name: greet, version: '1.0.0', title: A greeting }
input:
  schema:
    document:
      type: object
      required: [name]
      properties:
        name: { type: string, minLength: 1, title: Name }
        loud: { type: boolean, title: Loud }
do:
  - greet: { set: { greeting: '\${ "Hello, " + .name }' } }
`;

/** Waits until it is cancelled. */
export const held = `document: { dsl: '1.0.3', namespace: shop, name: held, version: '1.0.0' }
do:
  - prepare: { set: { ready: true } }
  - pause: { wait: PT1H }
  - finish: { set: { done: true } }
`;

/** A loop in a group, so that there is a tree, and a task that is entered three times. */
export const steps = `document: { dsl: '1.0.3', namespace: shop, name: steps, version: '1.0.0' }
do:
  - prepare: { set: { numbers: [1, 2, 3] } }
  - loop:
      for: { each: number, in: .numbers }
      do:
        - double: { set: { twice: '\${ $number * 2 }' } }
  - finish: { set: { done: true } }
`;

/** Ends with an error that stands at line 5. */
export const faulty = `document: { dsl: '1.0.3', namespace: shop, name: faulty, version: '1.0.0' }
do:
  - check: { set: { stock: 0 } }
  - refuse:
      raise:
        error:
          type: https://example.com/errors/sold-out
          status: 409
          title: Sold out
          detail: There is no tea left.
`;

/** Puts out a text of so many characters. */
export const large = `document: { dsl: '1.0.3', namespace: shop, name: large, version: '1.0.0' }
do:
  - fill: { set: { text: '\${ "tea " * (.chars / 4) }', last: the end } }
`;

/** Says everything that it can say in markup. */
export const marked = `document: { dsl: '1.0.3', namespace: shop, name: marked, version: '1.0.0', title: '<b>A title</b>', summary: '<i>in short</i>' }
do:
  - <img src=x onerror=alert(1)>: { set: { text: '\${ .note }' } }
  - refuse:
      raise:
        error: { type: 'https://example.com/errors/refused', status: 422, title: '<i>Refused</i>', detail: '\${ .text }' }
`;

/** Its call must not be repeated when nobody knows whether it was done. */
export const payment = `document: { dsl: '1.0.3', namespace: shop, name: payment, version: '1.0.0' }
do:
  - pay:
      call: http
      with: { method: post, endpoint: '\${ .bank }', body: { amount: 20 } }
      metadata: { unsafe: true }
  - note: { set: { receipt: '\${ .receipt }' } }
`;
