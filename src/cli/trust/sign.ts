import { join } from "node:path";
import { projectRoot } from "../../adapters/project.ts";
import { ProcessError } from "../../adapters/processes.ts";
import { signRoot, writeRootSignature } from "../../adapters/trust/write-root.ts";
import { missingSignatures, type KnownRoot } from "../../delivery/trust-root/chain-walk.ts";
import { differenceBetween, type RootDifference } from "../../delivery/trust-root/next-root.ts";
import {
  accepted,
  andThen,
  combine,
  refused,
  RefusalError,
  type Outcome,
  type Refusal,
  orThrow,
} from "../../model/refusal.ts";
import { anchorLine } from "../../model/trust/anchor.ts";
import type { RootOwner } from "../../model/trust/root.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { fileDiff } from "./file-diff.ts";
import { differenceToJson, ownerToJson, renderDifference, renderDiffText, renderMissing } from "./root-text.ts";
import { findSigningKey, refuseKey, withKeyFile, type SigningKey } from "../signing-key.ts";
import { currentRoot, readTrustState, refuseChangedSince, type TrustState } from "./trust-state.ts";

export interface SignOptions extends ChangeOptions {
  readonly key?: string;
}

/** What `sign` is about to put a name to. */
interface SignPlan {
  readonly counted: KnownRoot;
  readonly pending: KnownRoot;
  readonly difference: RootDifference;
  readonly signer: RootOwner;
  readonly key: SigningKey;
}

/** Shows the difference that waits, asks, and adds the signature. @throws RefusalError with every reason */
export async function signTrust(options: SignOptions, signal: AbortSignal): Promise<void> {
  const state = orThrow(await readTrustState(signal), 2);
  const plan = orThrow(await planSignature(state, options, signal), 1);
  if (options.json !== true) process.stdout.write(`${await renderPlan(plan, state, signal)}\n`);
  const question = `Sign root ${plan.pending.root.version} as ${plan.signer.principal}?`;
  const confirmed = options.dryRun !== true && (await confirm(question, options, signal));
  if (confirmed) await sign(plan, state, signal);
  const after = orThrow(await readTrustState(signal), 2);
  if (options.json === true) process.stdout.write(`${JSON.stringify(toJson(plan, after, confirmed), undefined, 2)}\n`);
  else if (confirmed) process.stdout.write(`${renderOutcome(after)}\n`);
  else process.stdout.write("nothing was signed\n");
}

async function planSignature(state: TrustState, { key }: SignOptions, signal: AbortSignal): Promise<Outcome<SignPlan>> {
  const read = combine({
    counted: currentRoot(state),
    key: await findSigningKey({ key, folder: process.cwd(), project: projectRoot, signal }),
  });
  return andThen(read, (found) => {
    const { pending } = state;
    if (pending === undefined) return refused([refuseNothingPending(found.counted)]);
    const changed = refuseChangedSince(state, pending.root);
    const signer = findSigner(found.counted, pending, found.key);
    if (signer.kind === "refused") return refused([...changed, ...signer.refusals]);
    if (changed.length > 0) return refused(changed);
    const difference = differenceBetween(found.counted.root, pending.root);
    return accepted({ ...found, pending, difference, signer: signer.value });
  });
}

/** An owner of either root: those before decide, the ones to come show that their keys work. */
function findSigner(counted: KnownRoot, pending: KnownRoot, { key, origin }: SigningKey): Outcome<RootOwner> {
  const owners = [...counted.root.owners, ...pending.root.owners];
  const signer = owners.find((owner) => owner.key.fingerprint === key.fingerprint);
  const place = { file: pending.file };
  if (signer === undefined) {
    return refused([
      {
        code: "not-an-owner",
        place,
        found: `${key.fingerprint}, ${origin}`,
        expected: `the key of an owner: ${[...new Set(owners.map(({ principal }) => principal))].join(", ")}`,
        action: "name an owner's key with --key, or let an owner sign",
      },
    ]);
  }
  if (!pending.signers.some((owner) => owner.key.fingerprint === key.fingerprint)) return accepted(signer);
  return refused([
    {
      code: "signed-already",
      place,
      found: `a signature of ${signer.principal} already`,
      expected: "one signature of each owner; another owner signs with another key",
      action: "npm run trust -- status shows whose is missing",
    },
  ]);
}

async function sign({ pending, key }: SignPlan, state: TrustState, signal: AbortSignal): Promise<void> {
  try {
    const signature = await withKeyFile(key, (file) => signRoot(pending.root, file, signal));
    await writeRootSignature(state.folder, pending.root.version, pending.signatures, signature);
  } catch (error) {
    if (error instanceof ProcessError && error.code === "failed") throw new RefusalError([refuseKey(key, error)]);
    throw error;
  }
}

async function renderPlan(plan: SignPlan, state: TrustState, signal: AbortSignal): Promise<string> {
  const { counted, pending, difference } = plan;
  const changes = [
    ...difference.files.map(({ name }) => ({
      name,
      path: join(state.folder, name),
      shown: `${state.display}/${name}`,
    })),
    ...difference.rules.map(({ name }) => ({ name, path: join(projectRoot, name), shown: name })),
  ];
  const diffs = await Promise.all(
    changes.map(async ({ name, path, shown }) => {
      const before = counted.root.files.get(name) ?? counted.root.rules.get(name);
      const { commit, text } = await fileDiff(path, before, signal);
      const against = commit === undefined ? unknownBefore(before, counted) : `against commit ${commit.slice(0, 12)}`;
      return `=== ${shown} (${against})\n${renderDiffText(text)}\n`;
    }),
  );
  return [
    ...diffs,
    `root ${counted.root.version} -> ${pending.root.version}`,
    renderDifference(difference, state.display),
    `  signed by ${pending.signers.map(({ principal }) => principal).join(", ") || "nobody yet"}`,
  ].join("\n");
}

function unknownBefore(before: string | undefined, counted: KnownRoot): string {
  return before === undefined
    ? `root ${counted.root.version} does not list it`
    : `git does not have the version that root ${counted.root.version} lists: the whole file as it is now`;
}

function renderOutcome(state: TrustState): string {
  const { counted, pending } = state;
  if (counted === undefined) throw new Error("the root that was signed over is gone");
  if (pending !== undefined)
    return `signed. ${renderMissing(missingSignatures(counted.root, pending), pending.root.version)}`;
  return [
    `signed. Root ${counted.root.version} counts now: commit ${state.display}/`,
    "The anchor that is set stays good: the chain leads from it. To let older roots count for nothing:",
    `  ${anchorLine({ version: counted.root.version, digest: counted.digest })}`,
  ].join("\n");
}

function toJson({ pending, difference, signer }: SignPlan, after: TrustState, signed: boolean): object {
  const { counted, pending: waiting } = after;
  return {
    version: pending.root.version,
    signer: ownerToJson(signer),
    signed,
    difference: differenceToJson(difference),
    counts: waiting === undefined && counted?.root.version === pending.root.version,
    missing:
      waiting === undefined || counted === undefined
        ? []
        : missingSignatures(counted.root, waiting).map(({ whose, count, of }) => ({
            whose,
            count,
            of: of.map(({ principal }) => principal),
          })),
  };
}

function refuseNothingPending({ root }: KnownRoot): Refusal {
  return {
    code: "nothing-to-sign",
    place: { path: `root ${root.version}` },
    found: "no root that waits for signatures",
    expected: "a change of the trust",
    action: "change files, then npm run trust -- edit",
  };
}
