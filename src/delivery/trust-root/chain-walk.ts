import type { Digest } from "../../model/digest.ts";
import { accepted, refusalsOf, type Refusal } from "../../model/refusal.ts";
import type { Anchor } from "../../model/trust/anchor.ts";
import type { Root, RootOwner } from "../../model/trust/root.ts";
import { refuseChain, signersOf, type RootEvidence } from "../../model/trust/root-chain.ts";

export interface KnownRoot {
  readonly file: string;
  readonly root: Root;
  readonly digest: Digest;
  /** Owners of this root or of the one before, each once, whose signatures it has. */
  readonly signers: readonly RootOwner[];
  /** How many signature files lie beside it, whoever made them. */
  readonly signatures: number;
}

/** How far a chain of roots leads. */
export interface RootChain {
  /** From the first on, those that count. */
  readonly chain: readonly KnownRoot[];
  /** The last of them. */
  readonly counted: KnownRoot | undefined;
  /** The next one, which lacks signatures. */
  readonly pending: KnownRoot | undefined;
  /** What is wrong otherwise: a file that is no root, a gap, another root than the anchor names. */
  readonly broken: readonly Refusal[];
}

/** Signatures are what a pending root is waiting for; nothing else can be mended by signing. */
const MENDED_BY_SIGNING = "too-few-signatures";

/**
 * What counts of these roots, for people who look at them or go on with them; whether anything may be deployed under
 * them is `verifyTrustRoot`'s to say.
 * @param anchor without one the first root is taken as it is
 * @param roots by version, from the anchor's on
 */
export function walkChain(anchor: Anchor | undefined, roots: readonly RootEvidence[]): RootChain {
  const [first, ...later] = roots;
  if (first === undefined && anchor === undefined)
    return { chain: [], counted: undefined, pending: undefined, broken: [] };
  const start = anchor ?? anchorOf(first);
  const refusals =
    start === undefined
      ? refusalsOf(first?.read ?? accepted(undefined))
      : refuseChain(start, first === undefined ? [] : [first]);
  const known = first === undefined ? undefined : knownRoot(first, undefined);
  if (refusals.length > 0 || first === undefined || known === undefined)
    return { chain: [], counted: undefined, pending: undefined, broken: refusals };
  return walkOn([known], first, later);
}

function walkOn(chain: readonly KnownRoot[], last: RootEvidence, rest: readonly RootEvidence[]): RootChain {
  const counted = chain.at(-1);
  const [next, ...later] = rest;
  if (next === undefined || counted === undefined) return { chain, counted, pending: undefined, broken: [] };
  const refusals = refuseChain({ version: counted.root.version, digest: counted.digest }, [last, next]);
  const known = knownRoot(next, counted);
  if (known !== undefined && refusals.length === 0) return walkOn([...chain, known], next, later);
  const waits = known !== undefined && later.length === 0 && refusals.every(({ code }) => code === MENDED_BY_SIGNING);
  return waits
    ? { chain, counted, pending: known, broken: [] }
    : { chain, counted, pending: undefined, broken: refusals };
}

function knownRoot({ file, read, signatures }: RootEvidence, before: KnownRoot | undefined): KnownRoot | undefined {
  if (read.kind === "refused") return undefined;
  const { root, digest } = read.value;
  const owners = [...(before?.root.owners ?? []), ...root.owners];
  const signers = signersOf(owners, signatures);
  const distinct = signers.filter(
    ({ key }, index) => signers.findIndex((other) => other.key.fingerprint === key.fingerprint) === index,
  );
  return { file, root, digest, signers: distinct, signatures: signatures.length };
}

function anchorOf(first: RootEvidence | undefined): Anchor | undefined {
  return first?.read.kind === "accepted" ? { version: first.version, digest: first.read.value.digest } : undefined;
}

/** Whose signatures a pending root still needs, for each of the two thresholds. */
export interface MissingSignatures {
  readonly whose: "before" | "itself";
  readonly count: number;
  readonly of: readonly RootOwner[];
}

export function missingSignatures(before: Root, { root, signers }: KnownRoot): readonly MissingSignatures[] {
  const groups = [
    { whose: "before", root: before },
    { whose: "itself", root },
  ] as const;
  return groups.flatMap(({ whose, root: { owners, threshold } }) => {
    const signed = new Set(signers.map(({ key }) => key.fingerprint));
    const of = owners.filter(({ key }) => !signed.has(key.fingerprint));
    const count = threshold - (owners.length - of.length);
    return count > 0 ? [{ whose, count, of }] : [];
  });
}
