import type { SignatureCheck } from "../../model/statements/signed-statement.ts";
import type { RevokedKey } from "../../model/trust/revocations.ts";
import type { Roles } from "../../model/trust/roles.ts";
import type { Trust } from "../../model/trust/trust.ts";

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
export function checkSigner(
  signature: SignatureCheck,
  expected: string,
  atMs: number,
  { revocations }: Pick<Trust, "revocations">,
): SignerCheck {
  if (signature.kind === "invalid") return { kind: "problem", problem: signature.reason };
  const { principal, fingerprint } = signature;
  if (principal !== expected) return { kind: "problem", problem: `signed by ${principal}, and not by ${expected}` };
  const revoked = revocations.keys.find((key) => key.fingerprint === fingerprint && !stands(key, atMs));
  if (revoked === undefined) return { kind: "signer", signer: { principal, fingerprint } };
  const why = revoked.kind === "compromised" ? "is compromised" : "was given up before";
  return { kind: "problem", problem: `the key ${fingerprint} of ${principal} ${why}: ${revoked.reason}` };
}

/** Whether a principal is a member of a group at a time. */
export function isMember(roles: Roles, group: string, principal: string, atMs: number): boolean {
  return (roles.get(group) ?? []).some(
    (membership) =>
      membership.principal === principal &&
      membership.sinceMs <= atMs &&
      (membership.untilMs === undefined || atMs < membership.untilMs),
  );
}

/**
 * How many people signatures come from. Names that share a key are one person, and so are keys that share a name:
 * nobody becomes two by either.
 * @param except nobody who is, or shares a name or key with, this one is counted
 */
export function countPeople(signers: readonly Signer[], except?: Signer): number {
  const people = new Map<string, string>();
  const find = (node: string): string => {
    const parent = people.get(node);
    return parent === undefined || parent === node ? node : find(parent);
  };
  for (const { principal, fingerprint } of except === undefined ? signers : [...signers, except])
    people.set(find(`principal ${principal}`), find(`key ${fingerprint}`));
  const distinct = new Set(signers.map(({ fingerprint }) => find(`key ${fingerprint}`)));
  if (except !== undefined) distinct.delete(find(`key ${except.fingerprint}`));
  return distinct.size;
}

/** What a key that was left signed before stands; of a compromised one, nothing. */
function stands({ kind, sinceMs }: RevokedKey, atMs: number): boolean {
  return kind === "left" && atMs < sinceMs;
}
