/** The editions of JSON Schema that are known. */
export type DialectName = 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12';

/** Where a keyword holds schemas. */
export type Position = 'schema' | 'schemas' | 'map' | 'schemaOrSchemas' | 'mapOfSchemaOrNames';

/** What differs between the editions. */
export interface Dialect {
  readonly name: DialectName;
  readonly idKeyword: 'id' | '$id';
  /** Up to draft-07 a `$ref` hides what stands beside it. */
  readonly refHidesSiblings: boolean;
  /** Up to draft-07 an id that is only a fragment is an anchor. */
  readonly idMayBeAnchor: boolean;
  /** In 2020-12 `contains` counts its items as evaluated. */
  readonly containsEvaluates: boolean;
  /** The keywords that are checked. */
  readonly keywords: ReadonlySet<string>;
  readonly positions: ReadonlyMap<string, Position>;
}

/** The dialect for a `$schema`, or null if it is not one of the known. */
export function dialectOf(uri: string): Dialect | null {
  return BY_URI.get(uri.replace(/#$/, '').replace(/^https?:\/\//, '')) ?? null;
}

export function dialectNamed(name: DialectName): Dialect {
  return DIALECTS[name];
}

/** A dialect without the keywords of the vocabularies that a meta-schema does not list. */
export function withVocabularies(dialect: Dialect, listed: readonly string[]): Dialect {
  const keywords = new Set(dialect.keywords);
  for (const [vocabulary, members] of VOCABULARIES) {
    if (listed.some((uri) => uri.endsWith(`/vocab/${vocabulary}`))) continue;
    for (const member of members) keywords.delete(member);
  }
  return { ...dialect, keywords };
}

const VALIDATION_04 = [
  'type',
  'enum',
  'multipleOf',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxProperties',
  'minProperties',
  'required',
];
const COMMON_04 = [
  ...VALIDATION_04,
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'format',
  'definitions',
];
const KEYWORDS_04 = [...COMMON_04, 'additionalItems', 'dependencies'];
const KEYWORDS_06 = [...KEYWORDS_04, 'const', 'contains', 'propertyNames'];
const KEYWORDS_07 = [...KEYWORDS_06, 'if'];
const COMMON_2019 = [
  ...COMMON_04,
  '$defs',
  'const',
  'contains',
  'propertyNames',
  'if',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
  // No longer in the standard, but schemas still have it; the standard lets it be kept for compatibility.
  'dependencies',
];
const KEYWORDS_2019 = [...COMMON_2019, 'additionalItems', '$recursiveRef'];
const KEYWORDS_2020 = [...COMMON_2019, 'prefixItems', '$dynamicRef'];

const POSITIONS_04: readonly (readonly [string, Position])[] = [
  ['allOf', 'schemas'],
  ['anyOf', 'schemas'],
  ['oneOf', 'schemas'],
  ['not', 'schema'],
  ['properties', 'map'],
  ['patternProperties', 'map'],
  ['additionalProperties', 'schema'],
  ['definitions', 'map'],
  ['dependencies', 'mapOfSchemaOrNames'],
  ['items', 'schemaOrSchemas'],
  ['additionalItems', 'schema'],
];
const POSITIONS_06: typeof POSITIONS_04 = [
  ...POSITIONS_04,
  ['contains', 'schema'],
  ['propertyNames', 'schema'],
];
const POSITIONS_07: typeof POSITIONS_04 = [
  ...POSITIONS_06,
  ['if', 'schema'],
  ['then', 'schema'],
  ['else', 'schema'],
];
const POSITIONS_2019: typeof POSITIONS_04 = [
  ...POSITIONS_07,
  ['$defs', 'map'],
  ['dependentSchemas', 'map'],
  ['unevaluatedItems', 'schema'],
  ['unevaluatedProperties', 'schema'],
  ['contentSchema', 'schema'],
];
const POSITIONS_2020: typeof POSITIONS_04 = [
  ...POSITIONS_2019.filter(([keyword]) => keyword !== 'items' && keyword !== 'additionalItems'),
  ['items', 'schema'],
  ['prefixItems', 'schemas'],
];

const OLD = {
  idKeyword: '$id',
  refHidesSiblings: true,
  idMayBeAnchor: true,
  containsEvaluates: false,
} as const;
const NEW = { idKeyword: '$id', refHidesSiblings: false, idMayBeAnchor: false } as const;

const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  'draft-04': {
    ...OLD,
    name: 'draft-04',
    idKeyword: 'id',
    keywords: new Set(KEYWORDS_04),
    positions: new Map(POSITIONS_04),
  },
  'draft-06': { ...OLD, name: 'draft-06', keywords: new Set(KEYWORDS_06), positions: new Map(POSITIONS_06) },
  'draft-07': { ...OLD, name: 'draft-07', keywords: new Set(KEYWORDS_07), positions: new Map(POSITIONS_07) },
  '2019-09': {
    ...NEW,
    name: '2019-09',
    containsEvaluates: false,
    keywords: new Set(KEYWORDS_2019),
    positions: new Map(POSITIONS_2019),
  },
  '2020-12': {
    ...NEW,
    name: '2020-12',
    containsEvaluates: true,
    keywords: new Set(KEYWORDS_2020),
    positions: new Map(POSITIONS_2020),
  },
};

const BY_URI: ReadonlyMap<string, Dialect> = new Map([
  ['json-schema.org/draft-04/schema', DIALECTS['draft-04']],
  ['json-schema.org/draft-06/schema', DIALECTS['draft-06']],
  ['json-schema.org/draft-07/schema', DIALECTS['draft-07']],
  ['json-schema.org/draft/2019-09/schema', DIALECTS['2019-09']],
  ['json-schema.org/draft/2020-12/schema', DIALECTS['2020-12']],
]);

const APPLICATORS = [
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'properties',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
  'dependentSchemas',
  'items',
  'additionalItems',
  'prefixItems',
  'contains',
];
const VOCABULARIES: readonly (readonly [string, readonly string[]])[] = [
  ['validation', [...VALIDATION_04, 'const', 'dependentRequired']],
  ['applicator', APPLICATORS],
];
