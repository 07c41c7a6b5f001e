/** What an editor begins with. */
export const newText = `document:
  dsl: '1.0.3'
  namespace: default
  name: my-workflow
  version: '1.0.0'
do:
  - pause:
      wait: { seconds: 1 }
  - greet:
      set:
        greeting: '\${ "Hello, \\(.name // "world")!" }'
`;
