/** Types of resources: what the program makes itself, and what the engine and its providers call theirs. */
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

/** Undefined for a text that is no URN. */
export function toUrn(text: string): Urn | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const [stack, project, types, ...name] = text.slice(PREFIX.length).split(SEPARATOR);
  if (stack === undefined || project === undefined || types === undefined || name.length === 0) return undefined;
  // A name may have anything in it.
  return { stack, project, types: types.split("$"), name: name.join(SEPARATOR) };
}

/** The name of a resource, for people; the text itself where it is no URN. */
export function nameOfUrn(text: string): string {
  return toUrn(text)?.name ?? text;
}
