import type { CommitsBetween } from "../../adapters/commits-between.ts";
import type { PlannedVersion } from "../../delivery/promotion/promotion-plan.ts";
import type { SoakStart } from "../../delivery/promotion/source-evidence.ts";
import { changesBetween, type ChangePart, type StateChange } from "../../delivery/state-changes.ts";
import type { Pin } from "../../model/pin.ts";
import type { PromotionEvidence } from "./promotion-evidence.ts";
import type { PlannedStatement } from "./planned-statement.ts";

/** One application of a plan, with everything that is said of it. */
export interface ShownVersion extends PlannedVersion {
  /** Undefined where this repository does not have both revisions. */
  readonly commits: CommitsBetween | undefined;
  readonly soak: SoakStart | undefined;
  /** What the statement changes beside the version: somebody edited the target, or the catalogue, without stating it. */
  readonly unstated: readonly StateChange[];
}

const OF_THE_VERSION: ReadonlySet<ChangePart> = new Set(["version", "chart", "schema"]);

export function shownVersions(
  applications: readonly PlannedVersion[],
  { commits, proven }: Pick<PromotionEvidence, "commits" | "proven">,
  { transitions }: Pick<PlannedStatement, "transitions">,
): readonly ShownVersion[] {
  return applications.map((application) => {
    const { name } = application;
    const transition = transitions.get(name);
    const before = transition?.before?.state;
    // Where nothing was stated before, everything is new: the version is what there is to say.
    const changes = before === undefined ? [] : changesBetween(name, before, transition?.after?.state);
    const unstated = changes.filter(({ part, follows }) => !follows && !OF_THE_VERSION.has(part));
    return { ...application, commits: commits.get(name), soak: proven.get(name)?.soak, unstated };
  });
}

/** How old an image is, in milliseconds; undefined where it does not say when it was made. */
export function ageOf(pin: Pin | undefined, nowMs: number): number | undefined {
  return pin?.created === undefined ? undefined : nowMs - Date.parse(pin.created);
}
