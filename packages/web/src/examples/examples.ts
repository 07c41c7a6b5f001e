/** Workflows to begin with: they run on any server and call no other system. */
import type { Json } from '@millrace/core';
import type { Messages } from '../messages/messages.ts';
import fault from './fault.yaml?raw';
import hello from './hello.yaml?raw';
import order from './order.yaml?raw';

export interface Example {
  readonly id: 'order' | 'hello' | 'fault';
  readonly text: string;
  readonly input: Json;
  readonly title: keyof Messages;
  readonly summary: keyof Messages;
}

export const examples: readonly Example[] = [
  {
    id: 'order',
    text: order,
    input: {
      items: [
        { sku: 'tea', count: 2, price: 4.5 },
        { sku: 'cup', count: 1, price: 12 },
      ],
      express: true,
    },
    title: 'exampleOrder',
    summary: 'exampleOrderText',
  },
  { id: 'hello', text: hello, input: { name: 'Ada' }, title: 'exampleHello', summary: 'exampleHelloText' },
  { id: 'fault', text: fault, input: {}, title: 'exampleFault', summary: 'exampleFaultText' },
];
