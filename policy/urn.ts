import { APPLICATION_TYPE, CHART_TYPE, toUrn, type Urn } from "../src/model/urn.ts";
import type { JudgedResource } from "./rule.ts";

export {
  APPLICATION_TYPE,
  CHART_TYPE,
  MIGRATION_TYPE,
  PROVIDER_PREFIX,
  STACK_TYPE,
  STAGE_TYPE,
} from "../src/model/urn.ts";

/** Of one run: rules ask for the same ones again and again. */
const parsed = new Map<string, Urn>();

/** @throws where the engine sends something else */
export function parseUrn(urn: string): Urn {
  const known = parsed.get(urn);
  if (known !== undefined) return known;
  const read = toUrn(urn);
  if (read === undefined) throw new Error(`not a URN: ${urn}`);
  parsed.set(urn, read);
  return read;
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
