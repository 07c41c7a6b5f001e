import type { Entry } from '../ast.ts';
import { format, isFormat } from '../builtins/formats.ts';
import { chargeContainer, meter, SLOT_SIZE, spent } from '../meter.ts';
import { index } from '../values/access.ts';
import { type Json, setKey } from '../values/json.ts';
import { add, negate } from '../values/operators.ts';
import { describe, fail } from '../values/print.ts';
import { type Code, type Emit, type Env, type Flow, GO, manyCode, type One, oneCode } from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import { type Context, failAt, type Scope } from './scope.ts';

/** A string with interpolations; the last one varies slowest. */
export function compileString(node: NodeOf<'string'>, scope: Scope, context: Context): Code {
  checkFormat(node.format, node, context);
  const parts = node.parts.map((part) => {
    if (typeof part === 'string') return oneCode(() => part);
    const code = compileNode(part, scope, context);
    const apply = (value: Json) => format(node.format, value);
    const { one } = code;
    if (one === undefined)
      return manyCode((env, input, emit) => code.many(env, input, (value) => emit(apply(value))));
    return oneCode((env, input) => {
      const value = one(env, input);
      return value === undefined ? undefined : apply(value);
    });
  });
  if (parts.every((part) => part.one !== undefined)) {
    const ones = parts.map((part) => part.one as One);
    return oneCode((env, input) => {
      let text: Json = '';
      for (const one of ones) {
        const part = one(env, input);
        if (part === undefined) return undefined;
        text = add(text, part);
      }
      return text;
    });
  }
  const run = (i: number, rest: string, env: Env, input: Json, emit: Emit): Flow => {
    const part = parts[i];
    if (part === undefined) return emit(rest);
    return part.many(env, input, (text) => run(i - 1, add(text, rest) as string, env, input, emit));
  };
  return manyCode((env, input, emit) => run(parts.length - 1, '', env, input, emit));
}

/** `@name` */
export function compileFormat(node: NodeOf<'format'>, context: Context): Code {
  checkFormat(node.name, node, context);
  return oneCode((_env, input) => format(node.name, input));
}

function checkFormat(name: string, node: NodeOf<'string' | 'format'>, context: Context): void {
  if (!isFormat(name)) failAt(context, `${name} is not a valid format`, node);
}

export function compileNegate(node: NodeOf<'negate'>, scope: Scope, context: Context): Code {
  const operand = compileNode(node.operand, scope, context);
  const { one } = operand;
  if (one === undefined) {
    return manyCode((env, input, emit) => operand.many(env, input, (value) => emit(negate(value))));
  }
  return oneCode((env, input) => {
    const value = one(env, input);
    return value === undefined ? undefined : negate(value);
  });
}

/** `[content]` */
export function compileArray(node: NodeOf<'array'>, scope: Scope, context: Context): Code {
  if (node.content === null) return oneCode(() => []);
  const content = compileNode(node.content, scope, context);
  return oneCode((env, input) => collect(content, env, input));
}

/** All outputs in an array. */
export function collect(content: Code, env: Env, input: Json): Json[] {
  chargeContainer(0);
  const items: Json[] = [];
  content.many(env, input, (value) => {
    meter.size -= SLOT_SIZE;
    if (meter.size < 0) spent('size');
    items.push(value);
    return GO;
  });
  return items;
}

type EntryCode = {
  readonly key: Code;
  readonly constant: string | undefined;
  readonly value: Code | undefined;
};

/** `{entries}`; the first entry varies slowest. */
export function compileObject(node: NodeOf<'object'>, scope: Scope, context: Context): Code {
  const entries = node.entries.map((entry) => compileEntry(entry, scope, context));
  const ones = entries.map((entry) => entryOne(entry));
  if (ones.every((one) => one !== undefined)) return oneCode(objectOne(ones as readonly EntryOne[]));
  const run = (i: number, object: Json, env: Env, input: Json, emit: Emit): Flow => {
    const entry = entries[i];
    if (entry === undefined) return emit(object);
    return entry.key.many(env, input, (key) => {
      const name = checkKey(key);
      const put = (value: Json): Flow => {
        chargeContainer(i);
        const copy = { ...(object as Record<string, Json>) };
        setKey(copy, name, value);
        return run(i + 1, copy, env, input, emit);
      };
      return entry.value === undefined ? put(index(input, name)) : entry.value.many(env, input, put);
    });
  };
  return manyCode((env, input, emit) => run(0, {}, env, input, emit));
}

function compileEntry({ key, value }: Entry, scope: Scope, context: Context): EntryCode {
  const constant = key.type === 'literal' && typeof key.value === 'string' ? key.value : undefined;
  return {
    key: compileNode(key, scope, context),
    constant,
    value: value === null ? undefined : compileNode(value, scope, context),
  };
}

/** Puts one entry into an object; false when there is no output. */
type EntryOne = (object: Record<string, Json>, env: Env, input: Json) => boolean;

function entryOne({ key, constant, value }: EntryCode): EntryOne | undefined {
  const keyOne = key.one;
  const valueOne = value === undefined ? undefined : value.one;
  if (keyOne === undefined || (value !== undefined && valueOne === undefined)) return undefined;
  if (constant !== undefined && constant !== '__proto__') {
    return (object, env, input) => {
      const content = valueOne === undefined ? index(input, constant) : valueOne(env, input);
      if (content === undefined) return false;
      object[constant] = content;
      return true;
    };
  }
  return (object, env, input) => {
    const name = keyOne(env, input);
    if (name === undefined) return false;
    const text = checkKey(name);
    const content = valueOne === undefined ? index(input, text) : valueOne(env, input);
    if (content === undefined) return false;
    setKey(object, text, content);
    return true;
  };
}

function objectOne(entries: readonly EntryOne[]): One {
  return (env, input) => {
    chargeContainer(entries.length);
    const object: Record<string, Json> = {};
    for (let i = 0; i < entries.length; i++) {
      if (!(entries[i] as EntryOne)(object, env, input)) return undefined;
    }
    return object;
  };
}

function checkKey(key: Json): string {
  return typeof key === 'string' ? key : fail(`Cannot use ${describe(key)} as object key`);
}
