/**
 * What a definition needs that does not stand in it: functions of catalogs and from URLs, and schemas. They are read
 * before the program is made, and are a part of what is run from then on: a program never reads anything.
 */
import type { Catalog } from '../language/document.ts';
import { readFunctionName } from '../language/function-name.ts';
import type { Authentication, SecretArgument } from '../model/effects.ts';

/** Where a resource is read. */
export type ResourceRequest =
  | {
      readonly type: 'uri';
      /** names it within its definition */
      readonly key: string;
      /** absolute, or relative to where the server keeps its resources */
      readonly uri: string;
      readonly authentication?: Authentication;
      /** parts of the authentication that expressions compute from secrets */
      readonly secrets?: readonly SecretArgument[];
    }
  /** of the server's own catalog */
  | { readonly type: 'default'; readonly key: string; readonly name: string; readonly version: string };

/** A resource that was not at hand, and the part of the definition that names it. */
export type MissingResource = ResourceRequest & { readonly at: string };

/** A resource as it was read. */
export interface Resource {
  readonly text: string;
}

export type Resources = ReadonlyMap<string, Resource>;

/** What is wrong with a resource, told at the place that names it. */
export interface ResourceFault {
  readonly at: string;
  readonly message: string;
}

export type FunctionPlace =
  | { readonly type: 'uri'; readonly uri: string; readonly catalog?: Catalog }
  | { readonly type: 'default'; readonly name: string; readonly version: string };

/** Where the function of a call stands; undefined: the call names none that has to be read. */
export function functionPlace(
  call: string,
  catalogs: Readonly<Record<string, Catalog>>,
): FunctionPlace | undefined {
  const read = readFunctionName(call);
  if (read === undefined) return undefined;
  if (read.type === 'uri') return { type: 'uri', uri: rawUri(functionUri(call)) };
  const { name, version, catalog: named = 'default' } = read;
  const catalog = Object.hasOwn(catalogs, named) ? catalogs[named] : undefined;
  if (catalog === undefined) return { type: 'default', name, version };
  const root = typeof catalog.endpoint === 'string' ? catalog.endpoint : catalog.endpoint.uri;
  const path = `functions/${name}/${version}/function.yaml`;
  return { type: 'uri', uri: rawUri(behind(root.replace(/\/+$/, ''), path)), catalog };
}

function behind(root: string, path: string): string {
  // A project of GitLab may stand in groups of any depth: what follows it is told by `/-/` only.
  const isProject = /^https?:\/\/(?:www\.)?gitlab\.com\//.test(root) && !/\/(?:-|tree|blob)\//.test(root);
  return isProject ? `${root}/-/tree/HEAD/${path}` : `${root}/${path}`;
}

/** `…/log@v1.0.0`: the directory of a function at a tag or branch of its repository. */
function functionUri(uri: string): string {
  const [, repository, path = '', ref] =
    /^(https:\/\/github\.com\/[^/]+\/[^/@]+)(\/[^@]*)?@([\w.-]+)$/.exec(uri) ?? [];
  if (repository === undefined || ref === undefined) return uri;
  const plain = path.replace(/^\/(?:tree|blob)\/[^/]+/, '');
  const file = /\.(?:ya?ml|json)$/.test(plain) ? plain : `${plain.replace(/\/+$/, '')}/function.yaml`;
  return `${repository}/tree/${ref}${file}`;
}

/** The machine-readable form of a page of GitHub or GitLab; any other URI as it is. */
export function rawUri(uri: string): string {
  const gitlab = /^(https?:\/\/[^/]+\/.+\/-)\/(?:tree|blob)\/(.+?)(?:\?.*)?$/.exec(uri);
  if (gitlab !== null) return `${gitlab[1]}/raw/${gitlab[2]}`;
  // Pages of GitLab had no `/-/` once.
  const older = /^(https?:\/\/(?:www\.)?gitlab\.com\/.+?)\/(?:tree|blob)\/(.+?)(?:\?.*)?$/.exec(uri);
  if (older !== null) return `${older[1]}/-/raw/${older[2]}`;
  const github = /^https?:\/\/(?:www\.)?github\.com\/([^/]+)\/([^/]+)\/(.+?)(?:\?.*)?$/.exec(uri);
  if (github === null) return uri;
  const [, owner = '', repository = '', rest = ''] = github;
  // A file of a release is in no branch, and is given as it is.
  if (rest.startsWith('releases/')) return uri;
  const page = /^(?:tree|blob|raw)\/(.+)$/.exec(rest);
  return `https://raw.githubusercontent.com/${owner}/${repository}/${page === null ? `HEAD/${rest}` : page[1]}`;
}
