/**
 * Definitions: workflows as they are published, and the text that each execution runs, under its digest. A text is
 * kept for as long as anything may run it, whatever is published or removed since.
 */
import { type JsonObject, parse, unsupportedPlaces, type WorkflowDocument } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { Lru } from '../lru.ts';
import type { ResourceReader } from '../ports/resources.ts';
import type { Page, Store, StoredDocument } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { DefinitionView, WorkflowId, WorkflowSource, WorkflowView } from './interface.ts';
import { type Definition, packed, readDefinition, textOf, unpacked } from './read-definition.ts';
import { type ReadResources, readResources } from './read-resources.ts';
import { compareVersions } from './versions.ts';

export type { Definition };

export interface DefinitionsOptions {
  readonly store: Store;
  readonly world: World;
  /** names that the host registered */
  readonly functions: ReadonlySet<string>;
  /** reads functions and schemas that definitions name; absent: none can be read */
  readonly resources?: ResourceReader;
  /** definitions kept ready */
  readonly definitionsMax: number;
  /** definitions that were read before, by digest: several processes in one realm need not read them each */
  readonly known?: ReadonlyMap<string, Definition>;
}

/** What is stored of a published version. */
interface Published {
  readonly digest: string;
  readonly format: 'yaml' | 'json';
  readonly text: string;
  /** what it names and does not hold, as it was read when it was published */
  readonly resources?: ReadResources;
}

/** Text of all definitions that are kept ready; read, each takes many times its text. */
const readyCharsMax = 8 * 1024 * 1024;

const workflows = 'workflows';
const texts = 'definitions';

export class Definitions {
  readonly #options: DefinitionsOptions;
  readonly #ready: Lru<Definition>;
  readonly #latest: Lru<WorkflowId & { readonly version: string; readonly digest: string }>;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    const entriesMax = options.definitionsMax;
    this.#ready = new Lru({ entriesMax, weightMax: readyCharsMax, weigh: ({ text }) => text.length });
    this.#latest = new Lru({ entriesMax });
  }

  async publish(
    tenant: string,
    text: string,
  ): Promise<{ readonly workflow: WorkflowSource; readonly created: boolean }> {
    const before = await this.#publishedBefore(tenant, text);
    if (before !== undefined) return { workflow: this.#source(before), created: false };
    const definition = await this.#complete(tenant, text);
    const { namespace, name, version } = definition.program;
    const key = `${namespace}/${name}/${version}`;
    const { digest, resources } = definition;
    const body: Published = {
      ...{ digest, format: formatOf(text), text },
      ...(resources === undefined ? {} : { resources }),
    };
    await this.#keep(tenant, definition);
    const put = await this.#options.store.putDocument(tenant, workflows, key, JSON.stringify(body), 0);
    this.#latest.delete(`${tenant}/${namespace}/${name}`);
    const stored = await this.#options.store.document(tenant, workflows, key);
    if (stored === undefined)
      throw new MillraceError('conflict', `${key} was removed while it was being published`);
    if (put.type === 'stored') return { workflow: this.#source(stored), created: true };
    if (publishedOf(stored).text === text) return { workflow: this.#source(stored), created: false };
    throw new MillraceError(
      'conflict',
      `the workflow ${key} is published with other content: give the changed one a new version`,
      { workflow: key },
    );
  }

  async get(tenant: string, id: WorkflowId): Promise<WorkflowSource> {
    return this.#source(await this.#stored(tenant, id));
  }

  async list(
    tenant: string,
    namespace: string | undefined,
    rowsMax: number,
    cursor: string | undefined,
  ): Promise<Page<WorkflowView>> {
    const page = await this.#options.store.documents(tenant, workflows, {
      ...(namespace === undefined ? {} : { prefix: `${namespace}/` }),
      rowsMax,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const rows = page.rows.map((row) => this.#view(row));
    return page.cursor === undefined ? { rows } : { rows, cursor: page.cursor };
  }

  /** The versions of a workflow: one, or all when none is named. */
  async versions(tenant: string, { namespace, name, version }: WorkflowId): Promise<readonly WorkflowView[]> {
    if (version !== undefined) return [this.#view(await this.#stored(tenant, { namespace, name, version }))];
    const rows = await this.#allVersions(tenant, namespace, name);
    if (rows.length === 0) throw notFound({ namespace, name });
    return rows.map((row) => this.#view(row));
  }

  async remove(tenant: string, { namespace, name, version }: Required<WorkflowId>): Promise<boolean> {
    const removed = await this.#options.store.deleteDocument(
      tenant,
      workflows,
      `${namespace}/${name}/${version}`,
      undefined,
    );
    this.#latest.delete(`${tenant}/${namespace}/${name}`);
    return removed;
  }

  /** The definition that a published workflow runs: the latest version when none is named. At once when it is ready. */
  resolve(tenant: string, id: WorkflowId): Definition | Promise<Definition> {
    const known =
      id.version === undefined ? this.#latest.get(`${tenant}/${id.namespace}/${id.name}`) : undefined;
    if (known !== undefined && this.#options.store.features.exclusive)
      return this.byDigest(tenant, known.digest);
    return this.#resolveStored(tenant, id);
  }

  async #resolveStored(tenant: string, id: WorkflowId): Promise<Definition> {
    const stored = await this.#stored(tenant, id);
    const { digest, text, resources } = publishedOf(stored);
    const ready = this.#ready.get(digest) ?? this.#read(text, resources);
    const { namespace, name, version } = ready.program;
    if (id.version === undefined)
      this.#latest.set(`${tenant}/${namespace}/${name}`, { namespace, name, version, digest });
    return ready;
  }

  /** The definition of a text, or of a document given as a value, kept so that executions can run it. */
  async inline(tenant: string, definition: string | JsonObject): Promise<Definition> {
    const read = await this.#complete(tenant, definition);
    await this.#keep(tenant, read);
    return read;
  }

  /** A definition as readers see it. Throws `not-found`. */
  async view(tenant: string, digest: string): Promise<DefinitionView> {
    const definition = await this.byDigest(tenant, digest);
    const { program, text } = definition;
    // The document as it was read, whose types are narrower than JSON's.
    return {
      ...headOf(definition),
      digest,
      format: formatOf(text),
      source: text,
      document: program.definition as JsonObject,
      unsupported: unsupportedOf(definition),
    };
  }

  /** The definition under a digest; at once when it is ready. */
  byDigest(tenant: string, digest: string): Definition | Promise<Definition> {
    return this.#ready.get(digest) ?? this.#load(tenant, digest);
  }

  async #load(tenant: string, digest: string): Promise<Definition> {
    const stored = await this.#options.store.document(tenant, texts, digest);
    if (stored === undefined)
      throw new MillraceError('not-found', `the definition ${digest} is not in the store`);
    const { text, resources } = unpacked(digest, stored.body, (each) => this.#options.world.hash(each));
    return this.#read(text, resources);
  }

  /** The version that a text was published as before: what it names is not read again. */
  async #publishedBefore(tenant: string, text: string): Promise<StoredDocument | undefined> {
    const parsed = parse(text, { functions: this.#options.functions });
    if (!parsed.ok) return undefined;
    const { namespace, name, version } = parsed.workflow.document;
    const key = `${namespace}/${name}/${version}`;
    const stored = await this.#options.store.document(tenant, workflows, key);
    return stored !== undefined && publishedOf(stored).text === text ? stored : undefined;
  }

  /** A definition with all that it names, which is read now. */
  async #complete(tenant: string, definition: string | JsonObject): Promise<Definition> {
    const text = textOf(definition);
    const digest = this.#digestOf(text, undefined);
    const ready = this.#ready.get(digest) ?? this.#options.known?.get(digest);
    if (ready !== undefined) return ready;
    const { functions, store } = this.#options;
    const resources = await readResources(definition, functions, {
      ...(this.#options.resources === undefined ? {} : { reader: this.#options.resources }),
      store,
      tenant,
    });
    return this.#read(definition, resources);
  }

  #digestOf(text: string, resources: ReadResources | undefined): string {
    return `sha256:${this.#options.world.hash(packed(text, resources).hashed)}`;
  }

  async #keep(tenant: string, { digest, text, resources }: Definition): Promise<void> {
    if (this.#kept.has(`${tenant}/${digest}`)) return;
    await this.#options.store.putDocument(tenant, texts, digest, packed(text, resources).body, 0);
    if (this.#kept.size >= this.#options.definitionsMax) this.#kept.clear();
    this.#kept.add(`${tenant}/${digest}`);
  }

  /** texts known to be in the store, so that an inline definition is written once */
  readonly #kept = new Set<string>();

  #read(definition: string | JsonObject, resources?: ReadResources): Definition {
    const text = textOf(definition);
    const digest = this.#digestOf(text, resources);
    const ready = this.#ready.get(digest);
    if (ready !== undefined) return ready;
    const read =
      this.#options.known?.get(digest) ??
      readDefinition(definition, text, digest, this.#options.functions, resources);
    this.#ready.set(digest, read);
    return read;
  }

  async #stored(tenant: string, id: WorkflowId): Promise<StoredDocument> {
    const { namespace, name, version } = id;
    const stored =
      version === undefined
        ? (await this.#allVersions(tenant, namespace, name)).at(-1)
        : await this.#options.store.document(tenant, workflows, `${namespace}/${name}/${version}`);
    if (stored === undefined) throw notFound(id);
    return stored;
  }

  /** All versions of one workflow, the latest last. */
  async #allVersions(tenant: string, namespace: string, name: string): Promise<readonly StoredDocument[]> {
    const rows: StoredDocument[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = {
        prefix: `${namespace}/${name}/`,
        rowsMax: 500,
        ...(cursor === undefined ? {} : { cursor }),
      };
      const page = await this.#options.store.documents(tenant, workflows, query);
      rows.push(...page.rows);
      if (page.cursor === undefined) break;
      cursor = page.cursor;
    }
    return rows.sort((a, b) => compareVersions(versionOf(a), versionOf(b)));
  }

  #source(stored: StoredDocument): WorkflowSource {
    return { ...this.#view(stored), source: publishedOf(stored).text };
  }

  #view(stored: StoredDocument): WorkflowView {
    const { digest, format, text, resources } = publishedOf(stored);
    const definition = this.#ready.get(digest) ?? this.#read(text, resources);
    const { tags } = headerOf(definition);
    return {
      id: stored.key,
      ...headOf(definition),
      ...(tags === undefined ? {} : { tags }),
      digest,
      format,
      createdAt: new Date(stored.time).toISOString(),
      unsupported: unsupportedOf(definition),
    };
  }
}

function headerOf({ program }: Definition): WorkflowDocument['document'] {
  return (program.definition as Pick<WorkflowDocument, 'document'> & object).document;
}

function headOf(
  definition: Definition,
): Pick<WorkflowView, 'namespace' | 'name' | 'version' | 'title' | 'summary'> {
  const { namespace, name, version } = definition.program;
  const { title, summary } = headerOf(definition);
  return {
    namespace,
    name,
    version,
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
  };
}

function unsupportedOf({ program, source }: Definition): WorkflowView['unsupported'] {
  return unsupportedPlaces(program, source).map(({ pointer, line, message }) => ({ pointer, line, message }));
}

function publishedOf(stored: StoredDocument): Published {
  return JSON.parse(stored.body) as Published;
}

function versionOf({ key }: StoredDocument): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function formatOf(text: string): 'yaml' | 'json' {
  return text.trimStart().startsWith('{') ? 'json' : 'yaml';
}

function notFound({ namespace, name, version }: WorkflowId): MillraceError {
  return new MillraceError(
    'not-found',
    `there is no workflow ${namespace}/${name}${version === undefined ? '' : `/${version}`}`,
  );
}
