import { workloadKey, type NamespacedWorkload, type WorkloadState } from "../../model/deployed-stage.ts";
import type { Pin } from "../../model/pin.ts";
import { nameOf, parseReference } from "../../model/reference.ts";
import type { Refusal } from "../../model/refusal.ts";
import { shellCommand } from "../../model/shell-word.ts";
import type { SourceEvidence } from "./source-evidence.ts";

/** The workloads of one application that are in the cluster. */
export function workloadsOf(name: string, evidence: SourceEvidence): readonly WorkloadState[] {
  return namesOf(name, evidence).flatMap((one) => evidence.workloads.get(workloadKey(one)) ?? []);
}

/** As the outputs name them. */
function namesOf(name: string, { deployed }: SourceEvidence): readonly NamespacedWorkload[] {
  const { workloads = [], namespace = "" } = deployed.applications.get(name) ?? {};
  return workloads.map((one) => ({ ...one, namespace }));
}

/**
 * What stands against an application that does not run now as it was deployed. One without workloads (of custom
 * resources or CronJobs alone) is as healthy as its last update was.
 */
export function refuseUnhealthy(name: string, pin: Pin, evidence: SourceEvidence): readonly Refusal[] {
  const states = workloadsOf(name, evidence);
  const missing = namesOf(name, evidence).filter((one) => !evidence.workloads.has(workloadKey(one)));
  const sick = states.flatMap((state) => (state.problem === undefined ? [] : [{ ...state, problem: state.problem }]));
  return [
    ...missing.map((one) => refuse(one, name, evidence, "workload-missing", "it is not in the cluster")),
    ...sick.map((one) => refuse(one, name, evidence, "workload-unhealthy", one.problem)),
    ...refuseOtherImages(name, pin, states, evidence),
  ];
}

/** The pinned image runs, and no other version of it; a chart may bring adopted images of its own. */
function refuseOtherImages(
  name: string,
  pin: Pin,
  states: readonly WorkloadState[],
  evidence: SourceEvidence,
): readonly Refusal[] {
  const [first] = states;
  if (first === undefined) return [];
  const others = states.flatMap((state) => {
    const image = state.images.find((one) => isOtherVersion(one, pin));
    return image === undefined ? [] : [{ state, image }];
  });
  const runs = states.some(({ images }) => images.some((image) => image.endsWith(`@${pin.image.digest}`)));
  if (runs || others.length > 0)
    return others.map(({ state, image }) => refuse(state, name, evidence, "workload-other-image", `it runs ${image}`));
  return [refuse(first, name, evidence, "workload-other-image", `it runs ${first.images.join(", ")}`)];
}

function isOtherVersion(image: string, { image: pinned }: Pin): boolean {
  const parsed = parseReference(image);
  if (parsed.kind === "problem") return false;
  return nameOf(parsed.reference) === nameOf(pinned) && parsed.reference.digest !== pinned.digest;
}

function refuse(
  { namespace, ...workload }: NamespacedWorkload,
  name: string,
  { definition, context }: SourceEvidence,
  code: string,
  found: string,
): Refusal {
  const kind = workload.kind.toLowerCase();
  return {
    code,
    place: { path: `${name}: ${workload.kind} ${namespace}/${workload.name} in ${definition.name}` },
    found,
    expected: `it runs what ${definition.name} was deployed with, every replica of it ready`,
    action:
      code === "workload-unhealthy"
        ? shellCommand(["kubectl", "--context", context, "--namespace", namespace, "describe", kind, workload.name])
        : `bring it back: pulumi up --refresh --stack ${definition.name}`,
  };
}
