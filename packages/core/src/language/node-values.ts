import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json } from '../model/json.ts';
import { toPointer } from './pointer.ts';
import { type TextFault, type TextLimits, tooDeep, tooLarge } from './token-limits.ts';

export interface NodeValues {
  readonly value: Json;
  readonly faults: readonly TextFault[];
  /** the node that each alias stands for */
  readonly targets: ReadonlyMap<Alias, Node>;
}

/**
 * The JSON value of composed YAML. What JSON cannot hold is a fault: keys that are not text, NaN and infinities,
 * tags beyond the core schema, keys given twice, merge keys, and aliases that contain themselves. Values that
 * aliases share are counted as often as they appear, so a small text cannot stand for a huge document.
 */
export function readNodes(root: Node | null, limits: TextLimits, faultsMax: number): NodeValues {
  const reading: Reading = {
    limits,
    faultsMax,
    faults: [],
    path: [],
    anchors: new Map(),
    targets: new Map(),
    count: 0,
    overflowed: false,
  };
  const value = readNode(reading, root, 0);
  return { value, faults: reading.faults, targets: reading.targets };
}

interface Reading {
  readonly limits: TextLimits;
  readonly faultsMax: number;
  readonly faults: TextFault[];
  readonly path: (string | number)[];
  readonly anchors: Map<string, Anchor>;
  readonly targets: Map<Alias, Node>;
  count: number;
  /** a limit was reached: the rest is not read */
  overflowed: boolean;
}

type Anchor =
  | { readonly type: 'open' }
  | {
      readonly type: 'closed';
      readonly node: Node;
      readonly value: Json;
      readonly size: number;
      readonly height: number;
    };

function readNode(reading: Reading, node: Node | null, depth: number): Json {
  if (!spend(reading, 1, node)) return null;
  if (node === null) return null;
  if (isAlias(node)) return readAlias(reading, node, depth);
  checkTag(reading, node);
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor === undefined) return readContent(reading, node, depth);
  const before = reading.count;
  reading.anchors.set(anchor, { type: 'open' });
  const value = readContent(reading, node, depth);
  const size = reading.count - before;
  reading.anchors.set(anchor, { type: 'closed', node, value, size, height: heightOf(value) });
  return value;
}

function readContent(reading: Reading, node: Node, depth: number): Json {
  if (isScalar(node)) return readScalar(reading, node);
  if (depth >= reading.limits.depthMax) return overflow(reading, node, tooDeep(reading.limits));
  if (isMap(node)) return readMap(reading, node, depth + 1);
  if (isSeq(node)) return readList(reading, node, depth + 1);
  return null;
}

function readMap(reading: Reading, map: YAMLMap, depth: number): Json {
  const object: Record<string, Json> = {};
  const seen = new Map<string, Node>();
  for (const pair of map.items as Pair<Node | null, Node | null>[]) {
    if (reading.overflowed) break;
    const key = readKey(reading, pair, map, seen);
    if (key === undefined) continue;
    reading.path.push(key);
    setOwn(object, key, readNode(reading, pair.value, depth));
    reading.path.pop();
  }
  return object;
}

function readKey(
  reading: Reading,
  pair: Pair<Node | null, Node | null>,
  map: YAMLMap,
  seen: Map<string, Node>,
): string | undefined {
  const { key } = pair;
  if (!spend(reading, 1, key)) return undefined;
  if (!isScalar(key) || typeof key.value !== 'string') {
    refuse(reading, key ?? pair.value ?? map, keyMessage(key));
    return undefined;
  }
  checkTag(reading, key);
  if (key.value === '<<' && key.type === 'PLAIN') {
    refuse(
      reading,
      key,
      "merge keys ('<<') are not supported; write the properties out, or use a plain alias",
    );
    return undefined;
  }
  const first = seen.get(key.value);
  if (first !== undefined) {
    refuse(reading, key, `the key '${key.value}' is given twice in the same object`, key.value);
    return undefined;
  }
  seen.set(key.value, key);
  if (key.anchor !== undefined) {
    reading.anchors.set(key.anchor, { type: 'closed', node: key, value: key.value, size: 1, height: 0 });
  }
  return key.value;
}

function keyMessage(key: Node | null): string {
  if (isScalar(key) && key.value !== null) {
    return `expected a text as key but found ${String(key.source ?? key.value)}; write it in quotes`;
  }
  if (key === null || isScalar(key)) return 'expected a text as key but found none';
  return `expected a text as key but found ${isAlias(key) ? 'an alias' : isSeq(key) ? 'a list' : 'an object'}`;
}

function readList(reading: Reading, list: YAMLSeq, depth: number): Json {
  const values: Json[] = [];
  for (const item of list.items as (Node | null)[]) {
    if (reading.overflowed) break;
    reading.path.push(values.length);
    values.push(readNode(reading, item, depth));
    reading.path.pop();
  }
  return values;
}

function readScalar(reading: Reading, node: Node & { value: unknown; source?: string | undefined }): Json {
  const { value } = node;
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  // JSON text has no -0: what writes it writes 0.
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value;
  refuse(
    reading,
    node,
    `${node.source ?? String(value)} is not a JSON value; write a finite number, or a text in quotes`,
  );
  return null;
}

function readAlias(reading: Reading, alias: Alias, depth: number): Json {
  const anchor = reading.anchors.get(alias.source);
  if (anchor === undefined) {
    refuse(reading, alias, `the alias '*${alias.source}' has no anchor '&${alias.source}' before it`);
    return null;
  }
  if (anchor.type === 'open') {
    refuse(reading, alias, `the alias '*${alias.source}' stands inside the value that it repeats`);
    return null;
  }
  if (!spend(reading, anchor.size, alias)) return null;
  if (depth + anchor.height > reading.limits.depthMax)
    return overflow(reading, alias, tooDeep(reading.limits));
  reading.targets.set(alias, anchor.node);
  return anchor.value;
}

const coreTags: ReadonlySet<string> = new Set([
  '!',
  ...['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
]);

function checkTag(reading: Reading, node: Node): void {
  const tag = isAlias(node) ? undefined : node.tag;
  if (tag === undefined || coreTags.has(tag)) return;
  const name = tag.replace('tag:yaml.org,2002:', '!!');
  refuse(reading, node, `the tag ${name} is not supported: a definition holds JSON values only`);
}

/** Keeps `__proto__` as the ordinary key that it is in JSON. */
function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

function heightOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let height = 0;
  for (const member of Object.values(value)) height = Math.max(height, heightOf(member));
  return height + 1;
}

function spend(reading: Reading, nodes: number, node: Node | null): boolean {
  if (reading.overflowed) return false;
  reading.count += nodes;
  if (reading.count <= reading.limits.nodesMax) return true;
  overflow(reading, node, tooLarge(reading.limits));
  return false;
}

function overflow(reading: Reading, node: Node | null, message: string): null {
  reading.overflowed = true;
  reading.faults.length = 0;
  refuse(reading, node, message);
  return null;
}

function refuse(reading: Reading, node: Node | null, message: string, key?: string): void {
  if (reading.faults.length >= reading.faultsMax) return;
  const path = key === undefined ? reading.path : [...reading.path, key];
  reading.faults.push({ offset: node?.range?.[0] ?? 0, pointer: toPointer(path), message });
}
