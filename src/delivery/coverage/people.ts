import type { SignatureCheck } from "../../model/statements/signed-statement.ts";
import type { RevokedKey } from "../../model/trust/revocations.ts";
import { lasts, membershipsAt } from "../../model/trust/roles.ts";
import type { Trust } from "../../model/trust/trust.ts";

/** Who counts, and by which time. */
export interface People extends Pick<Trust, "roles" | "revocations"> {
  /**
   * Now, in milliseconds since the epoch, where a statement was not deployed yet: the time in a document is written by
   * whoever signs it, so that a key that was given up could sign an earlier date today. Undefined: times are taken as
   * written.
   */
  readonly nowMs: number | undefined;
  /** Fingerprints of the keys that have ended by then, by the valid-before of allowed_signers. */
  readonly endedKeys: ReadonlySet<string>;
}

export interface Signer {
  readonly principal: string;
  readonly fingerprint: string;
}

/** A signature that counts, or why it does not. */
export type SignerCheck =
  { readonly kind: "signer"; readonly signer: Signer } | { readonly kind: "problem"; readonly problem: string };

/**
 * Who signed, where the signature counts at that time.
 * @param expected the principal that the document names
 */
export function checkSigner(signature: SignatureCheck, expected: string, atMs: number, people: People): SignerCheck {
  if (signature.kind === "invalid") return { kind: "problem", problem: signature.reason };
  const { principal, fingerprint } = signature;
  if (principal !== expected) return { kind: "problem", problem: `signed by ${principal}, and not by ${expected}` };
  const why = problemOfKey(fingerprint, atMs, people);
  if (why === undefined) return { kind: "signer", signer: { principal, fingerprint } };
  return { kind: "problem", problem: `the key ${fingerprint} of ${principal} ${why}` };
}

/** Why a principal is a member of none of these groups, where that is so. */
export function problemOfMember(
  groups: readonly string[],
  principal: string,
  atMs: number,
  { roles, nowMs }: People,
): string | undefined {
  const names = groups.join(", ");
  const memberships = groups.flatMap((group) => membershipsAt(roles, group, principal, atMs));
  if (memberships.length === 0) return `${principal} was no member of ${names} then`;
  if (nowMs === undefined || memberships.some((one) => lasts(one, nowMs))) return undefined;
  return `${principal} is no longer a member of ${names}: ${NOT_DEPLOYED}`;
}

/**
 * How many people signatures come from. Names that share a key are one person, and so are keys that share a name:
 * nobody becomes two by either.
 * @param except nobody who is, or shares a name or key with, this one is counted
 * @param links who else signed, as far as names and keys go: counted are only the first
 */
export function countPeople(signers: readonly Signer[], except?: Signer, links: readonly Signer[] = []): number {
  const people = new Map<string, string>();
  const find = (node: string): string => {
    const parent = people.get(node);
    return parent === undefined || parent === node ? node : find(parent);
  };
  for (const { principal, fingerprint } of [...signers, ...links, ...(except === undefined ? [] : [except])])
    people.set(find(`principal ${principal}`), find(`key ${fingerprint}`));
  const distinct = new Set(signers.map(({ fingerprint }) => find(`key ${fingerprint}`)));
  if (except !== undefined) distinct.delete(find(`key ${except.fingerprint}`));
  return distinct.size;
}

/** Why people who counted when they signed do not count now. */
const NOT_DEPLOYED = "the statement was not deployed before, and nothing but its own dates says that it is older";

function problemOfKey(
  fingerprint: string,
  atMs: number,
  { revocations, nowMs, endedKeys }: People,
): string | undefined {
  const revoked = revocations.keys.filter((key) => key.fingerprint === fingerprint);
  const then = revoked.find((key) => !stands(key, atMs));
  if (then !== undefined)
    return `${then.kind === "compromised" ? "is compromised" : "was given up before"}: ${then.reason}`;
  if (nowMs === undefined) return undefined;
  const meanwhile = revoked.find((key) => !stands(key, nowMs));
  if (meanwhile !== undefined) return `was given up (${meanwhile.reason}): ${NOT_DEPLOYED}`;
  return endedKeys.has(fingerprint) ? `has ended (valid-before in allowed_signers): ${NOT_DEPLOYED}` : undefined;
}

/** What a key that was left signed before stands; of a compromised one, nothing. */
function stands({ kind, sinceMs }: RevokedKey, atMs: number): boolean {
  return kind === "left" && atMs < sinceMs;
}
