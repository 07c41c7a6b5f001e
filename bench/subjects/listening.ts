/** The workflows that wait for events. */
const correlate = { order: { from: '.data.order', expect: '.order' } };

export const definitions: readonly string[] = [
  define('bound', { any: [{ with: { type: 'paid' }, correlate }, { with: { type: 'all' } }] }),
  define('unbound', { one: { with: { type: 'paid', data: '${ .order == $input.order }' } } }),
];

/** One of many workflows that wait for the same type of event, each by a filter of its own. */
export function shaped(kind: 'constant' | 'correlated', type: string, n: number): string {
  const filter =
    kind === 'constant' ? { with: { type, data: { order: `order-${n}` } } } : { with: { type }, correlate };
  return define(`${type}-${n}`, { one: filter });
}

function define(name: string, to: object): string {
  return JSON.stringify({
    document: { dsl: '1.0.3', namespace: 'bench', name, version: '1.0.0' },
    do: [{ wait: { listen: { to } } }],
  });
}
