import { shellWord } from "../../model/shell-word.ts";
import { renderProblem } from "../rollout-text.ts";
import type { MadeUp } from "./missing-checks.ts";

/** What a look at a stage found in which there was nothing to deploy; empty where all was well before. */
export function renderMadeUp(stage: string, made: MadeUp): string {
  const { ended, passed, unchecked, failed, spoiled } = made;
  if (ended === "interrupted") return `Interrupted: ${stage} was not checked to the end; the next deploy does that`;
  return [
    ...(passed.length === 0 ? [] : [`Not checked before, ready and checked now: ${passed.join(", ")}`]),
    ...(unchecked.length === 0
      ? []
      : [`Not checked yet as it runs: ${unchecked.join(", ")}; a deploy that is no --dry-run does that`]),
    ...failed.map(({ name, problems }) =>
      [`${name} was never seen to be well like this`, ...problems.map(renderProblem)].join("\n"),
    ),
    ...(spoiled.length === 0 ? [] : [renderSpoiled(stage, spoiled)]),
  ].join("\n\n");
}

/** Something beside the version is the reason, and none is taken back for it. */
function renderSpoiled(stage: string, spoiled: MadeUp["spoiled"]): string {
  const parts = spoiled.flatMap(({ name, problems }) => [name, ...problems.map(renderProblem)]);
  const word = shellWord(stage);
  return [
    "Was well as it is, and is not now; nothing is taken back for that:",
    ...parts,
    "next",
    `  npm run status   # and kubectl; the way back, should it help: npm run rollback -- ${word} --list`,
  ].join("\n");
}
