import { tagOf } from "../../delivery/deployment/update-message.ts";
import type { DeploymentPlan } from "../../delivery/deployment/deployment-plan.ts";
import { printable, renderRefusals } from "../../model/refusal.ts";
import { isUnready, type ApplicationRollout, type RolloutProblem } from "../../model/rollout.ts";
import { shellWord } from "../../model/shell-word.ts";
import { renderProblem } from "../rollout-text.ts";
import type { FailedApplication } from "../../delivery/deployment/failed-applications.ts";
import type { DeployCall } from "./deploy-stage.ts";
import type { CarriedOut } from "./carry-out.ts";

/**
 * How a deploy ended, for people.
 * @param purpose a rollback says itself how its way goes on: its files are not committed yet
 */
export function renderEnd(plan: DeploymentPlan, done: CarriedOut, purpose: DeployCall["purpose"] = "deploy"): string {
  const { ended, updated, failed } = done;
  const took = `${Math.round((updated.endedMs - updated.startedMs) / 1000)} s`;
  if (ended === "deployed") return `Deployed ${plan.stage} in ${took}`;
  const word = ended === "interrupted" ? "Interrupted" : "Failed";
  return [
    `${word} after ${took}: ${plan.stage} ${stateText(done)}`,
    ...(updated.unjudged.length === 0 ? [] : [renderRefusals(updated.unjudged)]),
    ...(failed.length === 0 ? wordsOf(done) : failed.map(({ name, problems }) => renderProblems(name, problems))),
    ...renderWhere(plan, updated.rollouts),
    ...(ended === "interrupted" && purpose !== "rollback"
      ? [`next\n  npm run deploy -- ${shellWord(plan.stage)}   # ${nextAfter(done)}`]
      : []),
  ].join("\n\n");
}

/** After an update that came to its end only the applications themselves are in question. */
function stateText({ ended, updated: { run, rollouts, unjudged } }: CarriedOut): string {
  if (run.ended !== "succeeded") return "is not as its files say";
  if (rollouts.some(isUnready)) return "is as its files say, and not all of it is ready";
  if (unjudged.length > 0) return "is as its files say, and NOT proven to be judged by its policies";
  return ended === "interrupted"
    ? "is as its files say; its smoke checks did not come to their end"
    : "is as its files say, and a smoke check failed";
}

/** After an update that came to its end, a deploy has nothing to deploy and checks what was not checked. */
function nextAfter({ updated: { run } }: CarriedOut): string {
  return run.ended === "succeeded" ? "checks what was not checked" : "goes on with what is missing";
}

/** The engine's own words, where no application is the reason. */
function wordsOf({ ended, updated: { run } }: CarriedOut): readonly string[] {
  if (ended === "interrupted") return [];
  const errors = run.diagnostics.flatMap(({ severity, message }) => (severity === "error" ? [message.trim()] : []));
  if (run.ended === "succeeded" && errors.length === 0) return [];
  return errors.length === 0 ? [printable(run.said)] : [...new Set(errors)].map(printable);
}

function renderProblems(name: string, problems: readonly RolloutProblem[]): string {
  return [name, ...problems.map(renderProblem)].join("\n");
}

/** What is where: of each application that was to change, how far it got. */
function renderWhere({ applications }: DeploymentPlan, rollouts: readonly ApplicationRollout[]): readonly string[] {
  if (rollouts.length === 0) return [];
  const versions = new Map(applications.map((one) => [one.name, one]));
  const lines = rollouts.map(({ application, done, workloads }) => {
    const { before, after } = versions.get(application) ?? {};
    const [was, is] = [before, after].map((pin) => (pin === undefined ? "nothing" : tagOf(pin.image)));
    const pods = workloads.map(({ name, ready, wanted }) => `${name}: ${ready} of ${wanted} pods ready`).join(", ");
    const state = done ? `${is ?? ""} is there` : `${is ?? ""} is not there as it should be`;
    return `  ${application}: ${state}${pods === "" ? "" : ` (${pods})`}${done || was === is ? "" : `; before it: ${was ?? ""}`}`;
  });
  return [["What is where", ...lines].join("\n")];
}

/** Why nothing is taken back, and the way forward. */
export function renderStays({ stage, purpose, options }: DeployCall, failed: readonly FailedApplication[]): string {
  const [deploy, rollback] = ["deploy", "rollback"].map((verb) => `npm run ${verb} -- ${shellWord(stage)}`);
  if (purpose === "rollback")
    return `A rollback is never rolled back: mend what it says, then ${deploy ?? ""}; nothing more is tried by itself`;
  if (failed.length === 0)
    return `Not rolled back: no application is the reason. Mend what it says, then ${deploy ?? ""}`;
  if (options.rollback === false) return `Left as it is (--no-rollback, or no yes). The way back: ${rollback ?? ""}`;
  const names = failed.map(({ name }) => name).join(", ");
  return `NOT rolled back: ${names} failed with the image that ran before, so something else is the reason. Take back what changed beside it (git revert), then ${deploy ?? ""}; earlier versions: ${rollback ?? ""} --list`;
}
