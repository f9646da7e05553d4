import { registeredPack } from "../../../policy/registered-pack.ts";
import type { RuleText } from "../../../policy/rule.ts";
import { readEngineEvents } from "../../adapters/engine-events.ts";
import { previewWithPolicies } from "../../adapters/policy-preview.ts";
import { STAND_IN_VERSION } from "../../adapters/stand-in-cluster.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { judgePolicyRun, type ExpectedPack, type PolicyRun } from "../../delivery/policy-run.ts";
import { PACK_NAME } from "../../delivery/policy-wording.ts";
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

/** The pack as it is delivered with the running code. */
export function ownPack(project: string, stage: string): ExpectedPack {
  const { pack } = registeredPack(Date.now());
  const levels = (texts: readonly RuleText[]) => new Map(texts.map(({ id, level }) => [id, level] as const));
  return { name: PACK_NAME, rules: levels(pack.resourceRules), stackRules: levels(pack.stackRules), project, stage };
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
  const expected = ownPack(project, loaded.stage.name);
  const run = judgePolicyRun(events.value, expected, file);
  return {
    refusals: run.refusals.map((refusal) => placePolicyRefusal(refusal, loaded)),
    advice: run.advice.map((violation) => toAdvice(violation, loaded)),
    notes: [describe(run, expected), ...notes],
  };
}

function describe({ rules: ran, resources }: PolicyRun, { rules }: ExpectedPack): string {
  return `${ran.length} of ${rules.size} rules judged ${resources} resources`;
}
