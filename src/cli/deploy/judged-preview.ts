import type { EngineRun } from "../../adapters/engine-run/ended-run.ts";
import { judgePolicyRun } from "../../delivery/policy-run.ts";
import { renderBriefly, type Refusal } from "../../model/refusal.ts";
import { shellCommand } from "../../model/shell-word.ts";
import { placePolicyRefusal, toAdvice } from "../check/policy-places.ts";
import { ownPack } from "../check/policy-check.ts";
import type { OpenedStage } from "./opened-stage.ts";

export interface JudgedPreview {
  readonly refusals: readonly Refusal[];
  /** What the engine, the program and advisory rules say besides. */
  readonly warnings: readonly string[];
}

/** What the program and the policy pack have against a stage, by what the engine said while it looked ahead. */
export function judgePreview(run: EngineRun, { project, loaded }: OpenedStage): JudgedPreview {
  const { name } = loaded.stage;
  const warnings = run.diagnostics.flatMap(({ severity, message }) => (severity === "warning" ? [message] : []));
  const judged = judgePolicyRun(run.events, ownPack(project, name), `pulumi preview --stack ${name}`);
  const violations = run.events.some((event) => event.kind === "policy");
  const advice = judged.advice.map((violation) => renderBriefly([toAdvice(violation, loaded)]));
  // A run that the program refused says so itself; that the pack then had nothing to judge follows from it.
  const refusals =
    run.ended === "failed" && !violations
      ? [refuseFailed(run, name)]
      : judged.refusals.map((one) => placed(one, loaded));
  return { refusals, warnings: [...warnings, ...advice] };
}

/**
 * What the policy pack has against an update that came to its end, by what the engine said: mandatory rules stop it by
 * themselves, but a pack that did not run stops nothing. One that failed is judged by the next preview.
 */
export function judgeUpdate(
  { ended, events }: EngineRun,
  { project, loaded }: Pick<OpenedStage, "project" | "loaded">,
): readonly Refusal[] {
  if (ended !== "succeeded") return [];
  const { name } = loaded.stage;
  const { refusals } = judgePolicyRun(events, ownPack(project, name), `pulumi up --stack ${name}`);
  const action = `look at PULUMI_OPTION_POLICY_PACK and policy/; then ${shellCommand(["npm", "run", "deploy", "--", name])}, which has all of it judged again`;
  return refusals.map((refusal) => (refusal.code === DID_NOT_RUN ? { ...refusal, action } : placed(refusal, loaded)));
}

/** As judgePolicyRun has it, for whoever calls pulumi by hand. */
const DID_NOT_RUN = "policy-pack-did-not-run";

function placed(refusal: Refusal, loaded: OpenedStage["loaded"]): Refusal {
  return placePolicyRefusal(refusal, loaded);
}

function refuseFailed({ diagnostics, said }: EngineRun, stage: string): Refusal {
  const errors = diagnostics.flatMap(({ severity, message }) => (severity === "error" ? [message.trimEnd()] : []));
  return {
    code: "preview-failed",
    place: { path: `pulumi preview --stack ${stage}` },
    found: errors.length === 0 ? said : [...new Set(errors)].join("\n\n"),
    expected: "a preview that comes to its end",
    action: "correct what it names, then type the command again; nothing was changed",
  };
}
