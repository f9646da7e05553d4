import { rules } from "../../../policy/rules.ts";
import { registeredPack } from "../../../policy/registered-pack.ts";
import { readEngineEvents } from "../../adapters/engine-events.ts";
import { previewWithPolicies } from "../../adapters/policy-preview.ts";
import { STAND_IN_VERSION } from "../../adapters/stand-in-cluster.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { judgePolicyRun, type ExpectedPack, type PolicyRun } from "../../delivery/policy-run.ts";
import type { Digest } from "../../model/digest.ts";
import type { EngineEvent } from "../../model/engine-events.ts";
import type { Outcome } from "../../model/refusal.ts";
import { placePolicyRefusal, toAdvice } from "./policy-places.ts";
import type { Findings } from "./check-result.ts";

export interface PolicyCheck {
  readonly project: string;
  readonly loaded: LoadedStage;
  readonly chartPaths: ReadonlyMap<Digest, string>;
  readonly policyPack: string | undefined;
  readonly signal: AbortSignal;
}

/** The name by which the engine knows the pack. */
const PACK = "lockstep";

/** The pack as it is delivered with the running code. */
export function ownPack(project: string, stage: string): ExpectedPack {
  const { pack } = registeredPack(Date.now());
  const texts = pack.resourceRules.map(({ id, level }) => [id, level] as const);
  return { name: PACK, rules: new Map(texts), stackRules: pack.stackRules.map(({ id }) => id), project, stage };
}

/** Renders the stage's charts and lets the policy pack judge the result. */
export async function checkPolicies(check: PolicyCheck): Promise<Findings> {
  const { project, loaded, chartPaths, policyPack, signal } = check;
  const { stage, stackFile } = loaded;
  const events = await previewWithPolicies({
    project,
    stage: stage.name,
    context: stackFile.cluster?.context ?? "none",
    chartPaths,
    signal,
    ...(policyPack === undefined ? {} : { policyPack }),
  });
  const notes = [
    `rendered without a cluster, as for Kubernetes ${STAND_IN_VERSION}: what a chart looks up, or makes depend on the cluster's kinds, was not seen`,
    "secrets were placeholders: their values were not judged",
  ];
  return judge(events, check, "the preview", notes);
}

/** Judges a run that happened elsewhere by its events. */
export async function checkEvents(file: string, check: Pick<PolicyCheck, "project" | "loaded">): Promise<Findings> {
  return judge(await readEngineEvents(file), check, file, []);
}

function judge(
  events: Outcome<readonly EngineEvent[]>,
  { project, loaded }: Pick<PolicyCheck, "project" | "loaded">,
  file: string,
  notes: readonly string[],
): Findings {
  if (events.kind === "refused") return { refusals: events.refusals, notes };
  const run = judgePolicyRun(events.value, ownPack(project, loaded.stage.name), file);
  return {
    refusals: run.refusals.map((refusal) => placePolicyRefusal(refusal, loaded)),
    advice: run.advice.map((violation) => toAdvice(violation, loaded)),
    notes: [describe(run), ...notes],
  };
}

function describe({ rules: ran, resources }: PolicyRun): string {
  return `${ran.length} of ${rules.length + 1} rules judged ${resources} resources`;
}
