import type { Outcome, Place, Refusal } from "../refusal.ts";
import { type Anchor, ANCHOR_VARIABLE, anchorLine, renderAnchor } from "./anchor.ts";
import type { ReadRoot, Root, RootOwner } from "./root.ts";

/** A signature beside a root: whether it is one of the root's bytes in the roots' namespace, and by which key. */
export interface RootSignature {
  readonly file: string;
  readonly check:
    { readonly kind: "valid"; readonly fingerprint: string } | { readonly kind: "invalid"; readonly reason: string };
}

/** A root as it lies there, read, with what its signatures are worth. */
export interface RootEvidence {
  /** Of the file's name. */
  readonly version: number;
  readonly file: string;
  readonly read: Outcome<ReadRoot>;
  /** The anchor's own root needs none: it is named by digest. */
  readonly signatures: readonly RootSignature[];
}

/**
 * Why the anchor does not lead to the last of these roots: all reasons. Root n+1 counts when the threshold of root n's
 * owners and its own threshold signed it (The Update Framework, section 5.3).
 * @param chain the roots from the anchor's on, by version
 */
export function refuseChain(anchor: Anchor, chain: readonly RootEvidence[]): readonly Refusal[] {
  const [first] = chain;
  if (first?.version !== anchor.version) return [refuseMissingAnchor(anchor, first)];
  return chain.flatMap((evidence, index) => {
    const { read, file, version } = evidence;
    const before = chain[index - 1];
    const gap = before !== undefined && version !== before.version + 1 ? [refuseGap(file, before.version + 1)] : [];
    if (read.kind === "refused") return [...gap, ...read.refusals];
    const { root, digest } = read.value;
    if (root.version !== version) return [...gap, refuseVersion(file, root.version, version)];
    if (before === undefined) return digest === anchor.digest ? [] : [refuseDigest(file, { version, digest }, anchor)];
    return [...gap, ...refuseSignatures(evidence, root, before)];
  });
}

/** Whose signatures a root has: each owner once, with the key that the root lists. */
export function signersOf(owners: readonly RootOwner[], signatures: readonly RootSignature[]): readonly RootOwner[] {
  const keys = new Set(signatures.flatMap(({ check }) => (check.kind === "valid" ? [check.fingerprint] : [])));
  return owners.filter(({ key }) => keys.has(key.fingerprint));
}

function refuseSignatures({ file, signatures }: RootEvidence, root: Root, before: RootEvidence): Refusal[] {
  const broken = signatures.flatMap(({ file: name, check }) =>
    check.kind === "valid" ? [] : [refuseBroken(name, file, check.reason)],
  );
  const place = { file };
  // What cannot be read is refused where it stands; nobody of it signed anything.
  const previous =
    before.read.kind === "accepted"
      ? refuseTooFew(place, before.read.value.root, signatures, `root ${before.version}`)
      : [];
  return [...broken, ...previous, ...refuseTooFew(place, root, signatures, `root ${root.version} itself`)];
}

function refuseTooFew(
  place: Place,
  { owners, threshold }: Root,
  signatures: readonly RootSignature[],
  whose: string,
): Refusal[] {
  const signed = signersOf(owners, signatures);
  if (signed.length >= threshold) return [];
  const missing = owners.filter((owner) => !signed.includes(owner));
  return [
    {
      code: "too-few-signatures",
      place,
      found: `signed by ${namesOf(signed)} of the owners of ${whose}`,
      expected: `signatures of ${threshold} of them; not yet: ${namesOf(missing)}`,
      action: "npm run trust -- sign",
    },
  ];
}

function namesOf(owners: readonly RootOwner[]): string {
  return owners.length === 0 ? "nobody" : owners.map(({ principal }) => principal).join(", ");
}

function refuseMissingAnchor(anchor: Anchor, first: RootEvidence | undefined): Refusal {
  return {
    code: "anchor-root-missing",
    place: { path: ANCHOR_VARIABLE },
    found: `no root ${anchor.version} in the trust folder${first === undefined ? "" : `; the next one is ${first.version}`}`,
    expected: `root ${anchor.version}, where the anchor says that trust begins`,
    action: "git pull, or correct the anchor; npm run trust -- status shows the roots",
  };
}

function refuseDigest(file: string, found: Anchor, anchor: Anchor): Refusal {
  return {
    code: "anchor-digest-differs",
    place: { file },
    found: renderAnchor(found),
    expected: `${renderAnchor(anchor)}, as ${ANCHOR_VARIABLE} says`,
    action: `git checkout this file; only where an owner tells you that the anchor is another: ${anchorLine(found)}`,
  };
}

function refuseGap(file: string, missing: number): Refusal {
  return {
    code: "root-gap",
    place: { file },
    found: `no root ${missing} before it`,
    expected: "every version, each signed by the owners of the one before",
    action: "git pull: roots are never removed",
  };
}

function refuseVersion(file: string, inside: number, named: number): Refusal {
  return {
    code: "wrong-root-version",
    place: { file, path: "version" },
    found: String(inside),
    expected: `${named}, as its name says`,
    action: "git checkout this file: roots are never renamed",
  };
}

function refuseBroken(signature: string, root: string, reason: string): Refusal {
  return {
    code: "invalid-root-signature",
    place: { file: signature },
    found: reason,
    expected: `a signature of ${root} as it is`,
    action: "remove it; the owner signs again with npm run trust -- sign",
  };
}
