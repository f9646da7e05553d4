// What the pack says and what is read out of an engine's events are one wording. Light: the pack starts with it.

/** The name by which the engine knows the pack. */
export const PACK_NAME = "lockstep";

/** How the pack words that an exemption of trust/exemptions.yaml set a violation aside. */
export const SET_ASIDE = "set aside until ";

/** How @pulumi/policy, and the pack like it, words that an unknown value kept a rule from deciding. */
export const UNDECIDED = "can't run policy '";

/** The message where a rule read a value that a preview does not know. */
export function undecided(rule: string, reason: string): string {
  return `${UNDECIDED}${rule}' during preview: ${reason}`;
}

/** The first line of a violation that an exemption set aside. */
export function setAside(expiresMs: number, reason: string, owner: string): string {
  return `${SET_ASIDE}${new Date(expiresMs).toISOString()}: ${reason} (${owner})`;
}
