import { CONTAINER_SIZE, charge, chargeSize, SLOT_SIZE } from '../meter.ts';
import { isArray, type Json } from './json.ts';

/**
 * Charges for a value as if all of it were written out. Thirty times `[., .]` builds thirty small arrays, but
 * whoever prints the result writes a billion items; here it is stopped while it is still small.
 */
export function measure(root: Json): void {
  const stack: Json[] = [root];
  while (stack.length > 0) {
    const value = stack.pop() as Json;
    charge(1);
    if (typeof value === 'string') {
      chargeSize(value.length);
    } else if (typeof value === 'object' && value !== null) {
      const items = isArray(value) ? value : Object.values(value);
      chargeSize(CONTAINER_SIZE + SLOT_SIZE * items.length);
      for (const item of items) {
        if (typeof item === 'string') chargeSize(item.length);
        else if (typeof item === 'object' && item !== null) stack.push(item);
      }
    }
  }
}
