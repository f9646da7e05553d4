import { renderRefusals } from "../../model/refusal.ts";
import type { Json } from "../../model/json.ts";
import { renderPin } from "../../model/pin-text.ts";
import { shellWord } from "../../model/shell-word.ts";
import { publishedFacts, publishedToJson, UNPUBLISHED } from "../publication.ts";
import type { DeployResult } from "./deploy-stage.ts";
import { goOnStep, sharingSteps } from "./go-on-steps.ts";
import type { WentBack } from "./way-back.ts";

/** Whether the stage is back at what was good. */
export function endOfWayBack({ prepared, ended }: WentBack): DeployResult["ended"] {
  if (ended === "interrupted") return "interrupted";
  const isBack = prepared.restored.length > 0 && (ended === "deployed" || ended === "nothing");
  return isBack ? "rolled-back" : "failed";
}

/** What was taken back, what stays, and what comes next. */
export function renderWentBack(stage: string, went: WentBack): string {
  const { prepared, published = UNPUBLISHED, stays } = went;
  const { restored, heldInCluster } = prepared;
  const names = restored.map(({ name, from, to }) => `${name} ${from.image.tag} -> ${to.image.tag}`).join(", ");
  return [
    ...(restored.length === 0 ? [`NOT rolled back: ${stage} stays as it is now`] : []),
    ...(restored.length === 0 ? [] : [restoredText(went, names)]),
    ...(stays.length === 0 ? [] : [renderRefusals(stays)]),
    ...(heldInCluster.length === 0
      ? []
      : [
          `On hold in the cluster: the failed version of ${heldInCluster.join(", ")}. No deploy brings it there again before\nnpm run resume -- ${shellWord(stage)} ${heldInCluster.map(shellWord).join(" ")}`,
        ]),
    ...publishedFacts(published),
    ...renderNext(stage, went),
  ].join("\n\n");
}

function restoredText(went: WentBack, names: string): string {
  const { ended } = went;
  if (endOfWayBack(went) === "rolled-back") return `Rolled back: ${names}`;
  return ended === "interrupted"
    ? `The rollback was INTERRUPTED (${names}): its files are written, and not all of it is deployed`
    : `The rollback FAILED as well (${names}; ${ended ?? "not deployed"}): nothing more is tried by itself`;
}

function renderNext(stage: string, { prepared, ended, published = UNPUBLISHED }: WentBack): readonly string[] {
  const { files } = prepared;
  if (files.length === 0) return [];
  const steps = [...sharingSteps(files, published), ...(ended === "interrupted" ? [goOnStep(stage)] : [])];
  return steps.length === 0 ? [] : [["next", ...steps.map((step) => `  ${step}`)].join("\n")];
}

/** For programs. */
export function wentBackToJson(went: WentBack): Json {
  const { prepared, ended, deploy, published = UNPUBLISHED, stays } = went;
  return {
    ended: ended ?? null,
    restored: prepared.restored.map(({ name, from, to }) => ({
      name,
      from: renderPin(from).image,
      to: renderPin(to).image,
    })),
    held: [...prepared.heldInCluster],
    files: [...prepared.files],
    statements: [...prepared.statements],
    stays: stays.map((refusal) => ({ ...refusal, place: { ...refusal.place } })),
    deploy,
    ...publishedToJson(published),
  };
}
