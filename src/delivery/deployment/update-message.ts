import { parseReference } from "../../model/reference.ts";
import { movesVersion, type DeploymentPlan, type PlannedApplication } from "./deployment-plan.ts";

export interface MessageFacts {
  readonly purpose: "deploy" | "rollback" | "reconcile";
  readonly plan: Pick<DeploymentPlan, "applications">;
  readonly reason: string | undefined;
}

const VERBS = { deploy: "Deploy", rollback: "Roll back", reconcile: "Reconcile" } as const;
/** As many as fit a line of the history. */
const NAMED = 4;

/** One line for the stack's history: which versions move, and why. */
export function updateMessage({ purpose, plan, reason }: MessageFacts): string {
  const moves = plan.applications.filter(movesVersion).map(moveText);
  // After an update that failed the stack still has the version before, which comes back.
  const back = purpose === "rollback" ? plan.applications.map(({ name }) => name) : [];
  const what = listed(moves.length === 0 ? back : moves);
  const title = `${VERBS[purpose]} ${what === "" ? "settings" : what}`;
  return reason === undefined ? title : `${title}: ${reason}`;
}

function listed(parts: readonly string[]): string {
  const more = parts.length - NAMED;
  return [...parts.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function moveText({ name, before, after }: PlannedApplication): string {
  const [was, is] = [before, after].map((pin) => (pin === undefined ? "nothing" : tagOf(pin.image)));
  return was === is ? `${name} ${is ?? ""} (chart)` : `${name} ${was ?? ""} -> ${is ?? ""}`;
}

/** The tag, for people; the whole text where there is none. */
export function tagOf(reference: string): string {
  const parsed = parseReference(reference.replace(/^oci:\/\//, ""));
  return parsed.kind === "reference" ? (parsed.reference.tag ?? reference) : reference;
}
