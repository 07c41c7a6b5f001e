/** The workflows that wait for events. */
const correlate = { order: { from: '.data.order', expect: '.order' } };

export const definitions: readonly string[] = [
  define('bound', { any: [{ with: { type: 'paid' }, correlate }, { with: { type: 'all' } }] }),
  define('unbound', { one: { with: { type: 'paid', data: '${ .order == $input.order }' } } }),
];

function define(name: string, to: object): string {
  return JSON.stringify({
    document: { dsl: '1.0.3', namespace: 'bench', name, version: '1.0.0' },
    do: [{ wait: { listen: { to } } }],
  });
}
