import { commitsOfSteps, type CommitsBetween } from "../../adapters/commits-between.ts";
import { refuseRevokedVersions } from "../../delivery/coverage/revoked.ts";
import type { PromotionPlan } from "../../delivery/promotion/promotion-plan.ts";
import { joinReasons, NO_REASONS, reasonsOf, type Reasons } from "../../delivery/promotion/reasons.ts";
import type { ProvenApplication } from "../../delivery/promotion/source-evidence.ts";
import { checkGitState } from "../../git-state.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { andThen, accepted, refusalsOf, type Outcome } from "../../model/refusal.ts";
import { stackFileName } from "../../model/stack-file.ts";
import type { SourceUpdate } from "../../model/statements/statement.ts";
import { refuseNoAnchor } from "../../model/trust/verify-root.ts";
import { refuseRevoked } from "../../model/trusted-signers.ts";
import { refusePinSignatures } from "../../pin-signatures.ts";
import { proveSource } from "../../source-proof.ts";
import { preparePublication, type Publication, type PublicationOptions } from "../publication.ts";
import type { PromotionInputs } from "./promotion-inputs.ts";
import { readTargetAfter } from "./target-after.ts";
import { askTargetHolds } from "./target-holds.ts";

export interface EvidenceOptions extends PublicationOptions {
  /** False: the base branch's remote is not asked for its newest. */
  readonly fetch?: boolean;
}

/** What the world says of a plan. */
export interface PromotionEvidence {
  /** What stands against it, each in its place. */
  readonly reasons: Reasons;
  /** Undefined where the target's files would be refused. */
  readonly after: LoadedStage | undefined;
  readonly proven: ReadonlyMap<string, ProvenApplication>;
  readonly update: SourceUpdate | undefined;
  readonly publication: Publication | undefined;
  /** What people should know besides. */
  readonly remarks: readonly string[];
  /** By application, where this repository has both revisions. */
  readonly commits: ReadonlyMap<string, CommitsBetween>;
}

export interface EvidenceQuestion {
  readonly inputs: PromotionInputs;
  readonly plan: PromotionPlan;
  readonly options: EvidenceOptions;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Asks the engine, the cluster, the registry and git at once: everything that stands against the plan is said together. */
export async function gatherEvidence(question: EvidenceQuestion): Promise<PromotionEvidence> {
  const { inputs, plan, options, signal } = question;
  const [proof, held, after, signatures, git, publication, commits] = await Promise.all([
    askSource(question),
    askTargetHolds(inputs.target, plan, signal),
    readTargetAfter(inputs, plan),
    askSignatures(question),
    askGit(question),
    preparePublication(options, signal),
    askCommits(plan, signal),
  ]);
  const anchor = inputs.trust.root === undefined ? [refuseNoAnchor(plan.to, inputs.trust.newestRoot)] : [];
  const whole = { ...NO_REASONS, whole: [...anchor, ...refusalsOf(git), ...refusalsOf(publication)] };
  const revoked = refuseRevokedIn(question, after.loaded);
  return {
    reasons: joinReasons(
      whole,
      held.reasons,
      proof.reasons,
      after.reasons,
      signatures,
      revoked,
      refuseBroken(question),
    ),
    after: after.loaded,
    proven: proof.proven,
    update: proof.update,
    publication: publication.kind === "accepted" ? publication.value : undefined,
    remarks: held.remarks,
    commits,
  };
}

type SourceAnswer = Pick<PromotionEvidence, "reasons" | "proven" | "update">;

async function askSource({ inputs, plan, nowMs, signal }: EvidenceQuestion): Promise<SourceAnswer> {
  const { project, common, source, to } = inputs;
  // A way that does not exist is refused as such; what lies at its other end proves nothing.
  if (to.from === "registry" || !to.from.includes(plan.from))
    return { reasons: NO_REASONS, proven: new Map(), update: undefined };
  const names = plan.applications.map(({ name }) => name);
  const proof = await proveSource({ project, common, from: plan.from, to, names, nowMs, signal, loaded: source });
  if (proof.kind === "refused") {
    return { reasons: { ...NO_REASONS, whole: proof.refusals }, proven: new Map(), update: undefined };
  }
  const { refusals, applications, update } = proof.value;
  const against = reasonsOf([...applications].map(([name, one]) => [name, refusalsOf(one)]));
  const proven = [...applications].flatMap(([name, one]) =>
    one.kind === "accepted" ? [[name, one.value] as const] : [],
  );
  return { reasons: { ...against, whole: refusals }, proven: new Map(proven), update };
}

/** Without an anchor nothing says whose signatures count, which is refused by itself. */
async function askSignatures({ inputs, plan }: EvidenceQuestion): Promise<Reasons> {
  const { trust, target } = inputs;
  if (trust.root === undefined) return NO_REASONS;
  const pins = new Map(plan.applications.map(({ name, after }) => [name, after]));
  return reasonsOf(await refusePinSignatures({ stage: plan.to, trust, pins, source: target.source }));
}

/** @param after with the values that charts are given: they may name images as well */
function refuseRevokedIn({ inputs, plan }: EvidenceQuestion, after: LoadedStage | undefined): Reasons {
  const { trust, target } = inputs;
  const placeOf = (name: string) => target.source.placeOf(["config", "lockstep:pins", name]);
  const running = new Map(after?.stage.applications.map((one) => [one.application.name, one]));
  return reasonsOf(
    plan.applications.map(({ name, after: pin }) => {
      const one = running.get(name);
      if (one !== undefined) return [name, refuseRevokedVersions([one], trust.revocations, placeOf)];
      const against = [pin.image, pin.chart].flatMap(({ digest }) => refuseRevoked(trust.revocations, digest, {}));
      return [name, against.map((refusal) => ({ ...refusal, place: placeOf(name) }))];
    }),
  );
}

/** Nothing continues a record that contradicts itself. */
function refuseBroken({ inputs, plan }: EvidenceQuestion): Reasons {
  return reasonsOf(
    plan.applications.map(({ name }) => {
      const chain = inputs.chains.get(name);
      return [name, chain?.kind === "broken" ? chain.refusals : []];
    }),
  );
}

async function askGit({ plan, options, signal }: EvidenceQuestion): Promise<Outcome<undefined>> {
  const { from, to } = plan;
  const files = [...[from, to].flatMap((stage) => [stackFileName(stage), `statements/${stage}`]), "src/applications"];
  const state = await checkGitState({
    ...{ files, statementsOf: to, base: options.base, fetch: options.fetch !== false, signal },
  });
  return andThen(state, () => accepted(undefined));
}

async function askCommits(
  { applications }: PromotionPlan,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommitsBetween>> {
  const steps = applications.map(({ before, after }) => ({ from: before?.revision, to: after.revision }));
  const between = await commitsOfSteps(steps, signal);
  return new Map(
    applications.flatMap(({ name }, index) => {
      const one = between[index];
      return one === undefined ? [] : [[name, one] as const];
    }),
  );
}
