/**
 * Views without the large values in them: what is more than 65,536 bytes of JSON is shown by how it begins, how large
 * it is and where it is found whole. So neither a list of events nor a stream to a page carries 50 MB that nobody asked
 * for, and a value that lies beside the log is not even read.
 */
import {
  approximateBytes,
  asJsonObject,
  type ExecutionEvent,
  type ExecutionView,
  type Json,
  type LargeValue,
  type LifecycleEvent,
  pointerTo,
} from '@millrace/core';
import { Lru } from '../lru.ts';
import type { BlobStore } from '../ports/blob.ts';
import { StoredValue, wholeBytesMax } from '../roles/stored-value.ts';

const previewCharsMax = 2_000;
/** UTF-8 has at most four bytes for a character */
const previewBytesMax = previewCharsMax * 4;
/** Below it a value is small however its characters are written: one of them takes six bytes at most. */
const surelySmall = Math.floor(wholeBytesMax / 6);
const measuredMax = 1_000;

/** How deep in a member of a fact what is large is looked for; what is not named is shown by its beginning as a whole. */
const depthOf: Readonly<Record<string, number>> = { request: 1, error: 1, secrets: 2, state: 3 };
const valueMembers = [
  'input',
  'value',
  'output',
  'context',
  'items',
  'event',
  'request',
  'error',
  'state',
  'secrets',
];

export class LargeValues {
  readonly #blobs: BlobStore;
  /** inputs and outputs that were measured: writing 50 MB of JSON to see how long it is takes a quarter of a second */
  readonly #measured = new Lru<LargeValue>({ entriesMax: measuredMax });

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** The view with its large values cut; the view itself, at once, when it has none. */
  cutView(tenant: string, view: ExecutionView): ExecutionView | Promise<ExecutionView> {
    return mayBeLarge(view.input) || mayBeLarge(view.output) ? this.#cutView(tenant, view) : view;
  }

  async #cutView(tenant: string, view: ExecutionView): Promise<ExecutionView> {
    const { id } = view;
    const cut: Record<string, unknown> = { ...view };
    const large: string[] = [];
    for (const member of ['input', 'output'] as const) {
      const found = await this.#shown(
        tenant,
        view[member],
        `${pathOf(id)}/${member}`,
        `${tenant}/${id}/${member}`,
      );
      if (found === undefined) continue;
      cut[member] = found;
      large.push(`/${member}`);
    }
    return (large.length === 0 ? view : { ...cut, large }) as ExecutionView;
  }

  /** The event with its large values cut; the event itself, at once, when it has none. */
  cutEvent(tenant: string, event: ExecutionEvent): ExecutionEvent | Promise<ExecutionEvent> {
    const fact = asJsonObject(event.fact);
    return valueMembers.some((member) => mayBeLarge(fact[member]))
      ? this.#cutEvent(tenant, event, fact)
      : event;
  }

  async #cutEvent(
    tenant: string,
    event: ExecutionEvent,
    fact: Readonly<Record<string, unknown>>,
  ): Promise<ExecutionEvent> {
    const id = event.id.slice(0, event.id.lastIndexOf('/'));
    const cut: Record<string, unknown> = { ...fact };
    const large: string[] = [];
    const hrefOf = (pointer: string) => eventValuePath(id, event.version, pointer);
    for (const member of valueMembers)
      if (fact[member] !== undefined)
        cut[member] = await this.#cut(
          tenant,
          fact[member],
          `/${member}`,
          depthOf[member] ?? 0,
          hrefOf,
          large,
        );
    return large.length === 0 ? event : { ...event, fact: Object.assign({}, event.fact, cut), large };
  }

  /** A lifecycle event whose output is large says so in `data.large`. */
  async cutLifecycle(tenant: string, event: LifecycleEvent): Promise<LifecycleEvent> {
    const { output } = event.data;
    if (!mayBeLarge(output)) return event;
    const version = Number(event.id.slice(event.id.lastIndexOf('/') + 1).split('.')[0]);
    const href = eventValuePath(event.subject, version, '/output');
    const found = await this.#shown(tenant, output, href);
    if (found === undefined) return event;
    return { ...event, data: { ...event.data, output: { ...found }, large: ['/output'] } };
  }

  /** Cuts the parts of a value that are large, down to a depth; the whole, where that leaves too much. */
  async #cut(
    tenant: string,
    value: unknown,
    pointer: string,
    depth: number,
    hrefOf: (pointer: string) => string,
    large: string[],
  ): Promise<unknown> {
    const found = await this.#shown(tenant, value, hrefOf(pointer));
    if (found === undefined) return value;
    if (depth > 0 && typeof value === 'object' && value !== null && !(value instanceof StoredValue)) {
      const inside: string[] = [];
      const entries: [string, unknown][] = [];
      for (const [name, member] of Object.entries(value))
        entries.push([
          name,
          await this.#cut(tenant, member, pointerTo(pointer, name), depth - 1, hrefOf, inside),
        ]);
      const cut = Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
      if (measure(cut) === undefined) {
        large.push(...inside);
        return cut;
      }
    }
    large.push(pointer);
    return found;
  }

  /** What stands for a value that is large; `undefined`: it is not. */
  async #shown(tenant: string, value: unknown, href: string, key?: string): Promise<LargeValue | undefined> {
    if (value instanceof StoredValue) return this.#shownOfBlob(tenant, value, href);
    if (!mayBeLarge(value)) return undefined;
    const known = key === undefined ? undefined : this.#measured.get(key);
    if (known !== undefined) return known;
    const measured = measure(value);
    if (measured === undefined) return undefined;
    const shown = { ...measured, href };
    if (key !== undefined) this.#measured.set(key, shown);
    return shown;
  }

  async #shownOfBlob(tenant: string, { digest, bytes }: StoredValue, href: string): Promise<LargeValue> {
    const head = await this.#blobs.head(tenant, digest, previewBytesMax);
    const text = new TextDecoder().decode(head ?? new Uint8Array());
    return { preview: text.slice(0, previewCharsMax), bytes, href };
  }
}

function mayBeLarge(value: unknown): boolean {
  if (value instanceof StoredValue) return true;
  return value !== undefined && approximateBytes(value, surelySmall) > surelySmall;
}

function measure(value: unknown): Omit<LargeValue, 'href'> | undefined {
  if (!mayBeLarge(value)) return undefined;
  const text = JSON.stringify(value as Json);
  const bytes = Buffer.byteLength(text);
  if (bytes <= wholeBytesMax) return undefined;
  // A part of a long text keeps the whole of it in memory; what was bytes in between does not.
  return { preview: Buffer.from(text.slice(0, previewCharsMax)).toString(), bytes };
}

function pathOf(execution: string): string {
  return `/api/v1/executions/${encodeURIComponent(execution)}`;
}

function eventValuePath(execution: string, version: number, pointer: string): string {
  return `${pathOf(execution)}/events/${version}/value?of=${encodeURIComponent(pointer)}`;
}
