import { isDigest, type Digest } from "./digest.ts";

/**
 * A reference to an image or chart in an OCI registry: `registry/repository[:tag][@digest]`.
 * The registry is always written out; there is no default registry.
 * Grammar: github.com/distribution/reference, restricted to SHA-256 digests.
 */
export interface Reference {
  /** Host, with port where there is one. */
  readonly registry: string;
  /** Path inside the registry, without a leading slash. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** A reference that names exactly one content: what a pin is made of. */
export interface PinnedReference extends Reference {
  readonly tag: string;
  readonly digest: Digest;
}

export type ReferenceProblem = "no-registry" | "bad-registry" | "bad-repository" | "bad-tag" | "bad-digest";

export type ParsedReference =
  | { readonly kind: "reference"; readonly reference: Reference }
  | { readonly kind: "problem"; readonly problem: ReferenceProblem };

const REGISTRY =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;
const REPOSITORY_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const MAX_NAME_LENGTH = 255;

export function parseReference(text: string): ParsedReference {
  const at = text.indexOf("@");
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const named = at === -1 ? text : text.slice(0, at);
  const slash = named.indexOf("/");
  if (slash === -1) return problem("no-registry");
  const registry = named.slice(0, slash);
  if (!looksLikeRegistry(registry)) return problem("no-registry");
  if (!isRegistry(registry)) return problem("bad-registry");
  const path = named.slice(slash + 1);
  const colon = path.indexOf(":");
  const repository = colon === -1 ? path : path.slice(0, colon);
  const tag = colon === -1 ? undefined : path.slice(colon + 1);
  if (!isRepository(repository)) return problem("bad-repository");
  if (tag !== undefined && !TAG.test(tag)) return problem("bad-tag");
  if (digest !== undefined && !isDigest(digest)) return problem("bad-digest");
  return {
    kind: "reference",
    reference: {
      registry,
      repository,
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined ? {} : { digest }),
    },
  };
}

export function isPinned(reference: Reference): reference is PinnedReference {
  return reference.tag !== undefined && reference.digest !== undefined;
}

/** `registry/repository`, without tag and digest. */
export function nameOf({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

export function renderReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${nameOf(reference)}${tag}${digest}`;
}

/** A registry's host, written out, with a port where it has one. */
export function isRegistry(text: string): boolean {
  return looksLikeRegistry(text) && REGISTRY.test(text);
}

/** As Docker decides it: a first part with a dot or a port, or `localhost`, is a host. */
function looksLikeRegistry(part: string): boolean {
  return part.includes(".") || part.includes(":") || part === "localhost";
}

function isRepository(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && text.split("/").every((part) => REPOSITORY_PART.test(part));
}

function problem(of: ReferenceProblem): ParsedReference {
  return { kind: "problem", problem: of };
}
