/** The parts that many tasks share, lowered: templates, durations, schemas. */
import type {
  Duration,
  ExternalResource,
  InputTransform,
  OutputTransform,
  SchemaSource as SchemaText,
} from '../language/document.ts';
import { parseDuration } from '../language/duration.ts';
import { type ExpressionText, readExpression, readFree } from '../language/expression.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { unreachable } from '../model/unreachable.ts';
import { lowerSchemaResource } from './lower-schema.ts';
import type { Lowering, Texts } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type {
  DurationSource,
  Expression,
  Intake,
  Outlet,
  SchemaSource,
  Template,
  UriSource,
} from './program.ts';

/** A field that holds an expression: bare jq or `${ … }`. */
export function expressionAt(text: string, at: string): Expression {
  const read = readExpression(text);
  return { type: 'jq', source: read.type === 'jq' ? read.source : text, at };
}

/** A field that holds a free value, with expressions at its leaves. */
export function templateAt(value: Json, at: string, lowering: Texts): Template {
  if (typeof value === 'string') return textTemplate(readFree(value, lowering.mode), value, at, lowering);
  if (Array.isArray(value)) {
    const items = value.map((item: Json, index) => templateAt(item, pointerTo(at, index), lowering));
    return items.every((item) => item.type === 'literal')
      ? { type: 'literal', value }
      : { type: 'array', items };
  }
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(
      ([name, member]) => [name, templateAt(member, pointerTo(at, name), lowering)] as const,
    );
    return members.every(([, member]) => member.type === 'literal')
      ? { type: 'literal', value }
      : { type: 'object', members };
  }
  return { type: 'literal', value };
}

function textTemplate(read: ExpressionText, text: string, at: string, lowering: Texts): Template {
  const otherwise = (written: string) => (lowering.mode === 'loose' ? { otherwise: written } : {});
  switch (read.type) {
    case 'literal':
      return { type: 'literal', value: text };
    case 'jq':
      return { type: 'jq', source: read.source, at, ...otherwise(text) };
    case 'template':
      return {
        type: 'text',
        parts: read.parts.map((part) =>
          typeof part === 'string'
            ? part
            : { type: 'jq', source: part.source, at, ...otherwise(`\${${part.source}}`) },
        ),
        at,
      };
    default:
      return unreachable(read);
  }
}

/** A transformation: an expression, or an object whose leaves are. */
function transformation(value: string | JsonObject, at: string, lowering: Texts): Template {
  return typeof value === 'string' ? expressionAt(value, at) : templateAt(value, at, lowering);
}

export function intake(
  source: InputTransform | undefined,
  at: string,
  lowering: Lowering,
): Intake | undefined {
  if (source === undefined) return undefined;
  const schema = schemaSource(source.schema, `${at}/schema`, lowering);
  return {
    ...(schema === undefined ? {} : { schema }),
    ...(source.from === undefined ? {} : { from: transformation(source.from, `${at}/from`, lowering) }),
  };
}

export function outlet(
  source: OutputTransform | undefined,
  at: string,
  lowering: Lowering,
): Outlet | undefined {
  if (source === undefined) return undefined;
  const schema = schemaSource(source.schema, `${at}/schema`, lowering);
  return {
    ...(schema === undefined ? {} : { schema }),
    ...(source.as === undefined ? {} : { as: transformation(source.as, `${at}/as`, lowering) }),
  };
}

function schemaSource(
  schema: SchemaText | undefined,
  at: string,
  lowering: Lowering,
): SchemaSource | undefined {
  if (schema === undefined) return undefined;
  if (schema.document !== undefined) return { type: 'inline', schema: schema.document, at: `${at}/document` };
  return lowerSchemaResource(schema.resource as ExternalResource, `${at}/resource`, lowering);
}

/** Durations are counted at load where they are given, and computed where they are expressions. */
export function durationSource(duration: Duration, at: string, lowering: Lowering): DurationSource {
  const parsed = parseDuration(duration);
  if (parsed.ok) return { type: 'fixed', milliseconds: parsed.milliseconds };
  return { type: 'computed', value: templateAt(duration as Json, at, lowering), at };
}

/** A URI template, or a text with expressions. */
export function uriSource(text: string, at: string, lowering: Lowering): UriSource {
  const template = templateAt(text, at, { ...lowering, mode: 'strict' });
  return template.type === 'literal'
    ? { type: 'template', template: text, at }
    : { type: 'computed', value: template, at };
}
