import type { SourceDistance } from "../../delivery/status/behind.ts";
import type { CoverageState } from "../../delivery/status/coverage-state.ts";
import type { DeployedState } from "../../delivery/status/stage-facts.ts";
import type { Cell, StageColumn } from "../../delivery/status/status-report.ts";
import type { Digest } from "../../model/digest.ts";
import { REGISTRY } from "../../model/routes.ts";
import { ageText } from "../age-text.ts";

/** A cell in words: its version and age, then what there is to say of it. */
export function cellText(cell: Cell): string {
  if (cell.state === "unknown") return "?";
  const remarks = [
    ...(cell.state === "disabled" ? ["disabled"] : []),
    coverageText(cell.coverage),
    distanceText(cell.behind),
    ...holdTexts(cell),
    deployedText(cell.deployed, cell.state),
  ].filter((text) => text !== "");
  const version = cell.pin === undefined && cell.state === "disabled" ? [] : [versionText(cell)];
  return [...version, ...(remarks.length > 0 ? [remarks.join(", ")] : [])].join("\n");
}

/** The name of a stage, where it takes its versions from, and what holds it. */
export function headText({ definition, holds, refusals }: StageColumn): string {
  const { name, from, routes, gate } = definition;
  const sources =
    from === REGISTRY
      ? `${REGISTRY}${gate === undefined ? ", no gate" : ""}`
      : `from ${routes.map((route) => route.join(" + ")).join(" or ")}`;
  return [
    name,
    sources,
    ...(holds.length > 0 ? ["held"] : []),
    ...(refusals.length > 0 ? ["cannot be read"] : []),
  ].join("\n");
}

/** A hold of another version keeps that one away, and this one is free to go. */
function holdTexts({ holds, clusterHolds, pin }: Cell): readonly string[] {
  const isPinned = (digest: Digest): boolean => pin?.image.endsWith(`@${digest}`) === true;
  if (holds.some(({ images }) => images?.some(isPinned) ?? true)) return ["held"];
  if (clusterHolds.some(({ image }) => isPinned(image))) return ["held in the cluster"];
  return holds.length + clusterHolds.length > 0 ? ["another version held"] : [];
}

function versionText({ pin, age }: Cell): string {
  if (pin === undefined) return "-";
  if (age === undefined) return pin.version;
  return `${pin.version}  ${age.since === "pinned" ? "pinned " : ""}${ageText(age.ms)}`;
}

function coverageText(coverage: CoverageState): string {
  switch (coverage.kind) {
    // Said once, above the column.
    case "no-gate":
    case "not-running":
      return "";
    case "covered":
      return "covered";
    case "not-covered":
      return "NOT covered";
    case "waiting":
      return `waiting for approvals (${coverage.approvals.given} of ${coverage.approvals.needed})`;
  }
}

function distanceText(distance: SourceDistance | undefined): string {
  if (distance === undefined) return "";
  const { stage, behind } = distance;
  switch (behind.kind) {
    case "versions":
      return behind.count === 0 ? "" : `${behind.count} behind`;
    case "at-least-one":
      return "1+ behind";
    case "elsewhere":
      return `not from ${stage}`;
    case "not-there":
      return `not in ${stage}`;
  }
}

function deployedText(deployed: DeployedState | undefined, state: Cell["state"]): string {
  switch (deployed?.kind) {
    case undefined:
      return "";
    case "as-pinned":
      return state === "pinned" ? "deployed" : "";
    case "absent":
      return "NOT deployed";
    case "other-settings":
      return "settings NOT deployed";
    case "other-version":
      return state === "pinned"
        ? `NOT deployed (${deployed.version ?? "another"} runs)`
        : `still runs (${deployed.version ?? "another"})`;
  }
}
