import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { shellWord } from "../../model/shell-word.ts";
import type { ClusterAccess } from "../kubectl.ts";
import { runAtOnce } from "../processes.ts";
import { projectRoot } from "../project.ts";
import { findObjects } from "./found-objects.ts";
import { pendingCreates, settlePending, type FoundObject } from "./settle-pending.ts";
import { exportState, importState } from "./state-transfer.ts";

/** A person waits, a second Ctrl-C does not, and containers are killed ten seconds after they were told to stop. */
const LOOK_MS = 4000;
const REMEMBER_MS = 60_000;

/** What the engine's own words say of a state, on any backend; undefined where it does not answer in time. */
export function lookAtExport(stage: string): JsonObject | undefined {
  const args = ["stack", "export", "--stack", stage, "--non-interactive", "--color", "never"];
  const text = runAtOnce("pulumi", args, { cwd: projectRoot, timeoutMs: LOOK_MS });
  const whole: unknown = text === undefined ? undefined : JSON.parse(text);
  const deployment = isJsonObject(whole) ? whole["deployment"] : undefined;
  return isJsonObject(deployment) ? deployment : undefined;
}

/**
 * Writes down what the engine forgot, where no file can be written: `pulumi stack import` drops what is pending, so that
 * each object is written as one that is known and was not looked at since, which the next run does (`recoverStack`).
 * @param forgottenIn what a state does not say any more
 */
export async function rememberByImport(
  stage: string,
  forgottenIn: (deployment: JsonObject) => readonly JsonObject[],
  access: ClusterAccess | undefined,
): Promise<Outcome<undefined>> {
  const signal = AbortSignal.timeout(REMEMBER_MS);
  const exported = await exportState(stage, signal);
  if (exported.kind === "refused") return exported;
  const { whole, deployment } = exported.value;
  const forgotten = forgottenIn(deployment);
  if (forgotten.length === 0) return accepted(undefined);
  const creates = pendingCreates({ pending_operations: [...forgotten] });
  const wanted = new Map([...creates].map(([urn, resource]) => [urn, resource["inputs"]]));
  if (access === undefined && wanted.size > 0) return refused([refuseNoCluster(stage)]);
  // The one who interrupted the update has ended what was asked under the signal of before.
  const found =
    access === undefined ? accepted(new Map<string, never>()) : await findObjects(wanted, { ...access, signal });
  if (found.kind === "refused") return found;
  return importState(stage, { ...whole, deployment: withUnread(deployment, forgotten, found.value) }, signal);
}

/** A state in which everything that was begun is there, and nothing is known of what the cluster says of it. */
export function withUnread(
  deployment: JsonObject,
  forgotten: readonly JsonObject[],
  found: ReadonlyMap<string, FoundObject>,
): JsonObject {
  const settled = settlePending({ ...deployment, pending_operations: [...forgotten] }, found).deployment;
  const changed = new Set(forgotten.filter(({ type }) => type !== "creating").map(urnOf));
  const resources = Array.isArray(settled["resources"]) ? settled["resources"].filter(isJsonObject) : [];
  return {
    ...settled,
    resources: resources.map((resource) =>
      changed.has(resource["urn"]) && resource["delete"] !== true ? asUnread(resource) : resource,
    ),
    pending_operations: [],
  };
}

function urnOf({ resource }: JsonObject): unknown {
  return isJsonObject(resource) ? resource["urn"] : undefined;
}

/** As `parseState` knows it again: without what the cluster said of its kind. */
function asUnread(resource: JsonObject): JsonObject {
  const { outputs } = resource;
  if (!isJsonObject(outputs)) return resource;
  return { ...resource, outputs: Object.fromEntries(Object.entries(outputs).filter(([key]) => key !== "kind")) };
}

function refuseNoCluster(stage: string): Refusal {
  return {
    code: "not-remembered",
    place: { path: `state of ${stage}` },
    found: "objects that were being made, in a cluster that the stage does not name",
    expected: "a cluster that can be asked whether they are there",
    action: `pulumi refresh --stack ${shellWord(stage)}`,
  };
}
