import type { JudgedResource } from "./rule.ts";

export const STAGE_TYPE = "lockstep:index:Stage";
export const APPLICATION_TYPE = "lockstep:index:Application";
/** Of a version's migration Job. */
export const MIGRATION_TYPE = "lockstep:index:Migration";
export const CHART_TYPE = "kubernetes:helm.sh/v4:Chart";
export const STACK_TYPE = "pulumi:pulumi:Stack";
export const PROVIDER_PREFIX = "pulumi:providers:";

/** The parts of a URN: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export interface Urn {
  readonly stack: string;
  readonly project: string;
  /** From the outermost parent to the resource's own. The stack itself is not named. */
  readonly types: readonly string[];
  readonly name: string;
}

const PREFIX = "urn:pulumi:";
const SEPARATOR = "::";

/** Of one run: rules ask for the same ones again and again. */
const parsed = new Map<string, Urn>();

/** @throws where the engine sends something else */
export function parseUrn(urn: string): Urn {
  const known = parsed.get(urn);
  if (known !== undefined) return known;
  const read = readUrn(urn);
  parsed.set(urn, read);
  return read;
}

function readUrn(urn: string): Urn {
  const [stack, project, types, ...name] = urn.slice(PREFIX.length).split(SEPARATOR);
  if (!urn.startsWith(PREFIX) || stack === undefined || project === undefined || types === undefined) {
    throw new Error(`not a URN: ${urn}`);
  }
  return { stack, project, types: types.split("$"), name: name.join(SEPARATOR) };
}

/**
 * The application that a resource is, or is part of. What is made below an Application is named after it: its chart,
 * its migration and its DNS binding; the objects have the name of one of these as their parent's.
 */
export function applicationOf({ urn, opts }: Pick<JudgedResource, "urn" | "opts">): string | undefined {
  const { types, name } = parseUrn(urn);
  const depth = types.indexOf(APPLICATION_TYPE);
  if (depth === -1) return undefined;
  const isNamedAfterIt = types.slice(depth).every((type) => type.startsWith("lockstep:index:") || type === CHART_TYPE);
  if (isNamedAfterIt) return name;
  return opts.parent === undefined ? undefined : parseUrn(opts.parent).name;
}

/** Whether a resource is an object of a cluster: neither a component nor a provider. */
export function isClusterObject({ type }: Pick<JudgedResource, "type">): boolean {
  return type.startsWith("kubernetes:") && type !== CHART_TYPE;
}

/** `<Kind>/<name>` of an object, as trust/exemptions.yaml names it; type and name of everything else. */
export function objectName({ type, name, props }: JudgedResource): string {
  const { kind, metadata } = props;
  const named = typeof metadata === "object" && metadata !== null && "name" in metadata ? metadata.name : undefined;
  const ofKind = typeof kind === "string" ? kind : (type.split(":").at(-1) ?? type);
  return `${ofKind}/${typeof named === "string" ? named : name}`;
}
