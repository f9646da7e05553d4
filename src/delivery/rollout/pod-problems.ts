import type { RolloutProblem, RolloutProblemCode } from "../../model/rollout.ts";
import type { ContainerEnd, ObservedContainer, ObservedEvent, ObservedPod } from "../../model/rollout-objects.ts";

/** Where the last words of a container are to be had. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the present one. */
  readonly previous: boolean;
}

export interface ObservedProblem extends Omit<RolloutProblem, "log"> {
  readonly log?: LogSource;
}

/** The kubelet's reasons for an image that it does not get (pkg/kubelet/images/types.go). */
const PULL_REASONS: ReadonlySet<string> = new Set([
  ...["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"],
  ...["ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"],
]);
/** A container that waits for nothing but its turn. */
const USUAL_REASONS: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"]);
const PROBES = /^(?:Readiness|Startup) probe/;

/** Why a pod is not ready; nothing where it is, or where it has only just begun. */
export function podProblems(pod: ObservedPod, events: readonly ObservedEvent[]): readonly ObservedProblem[] {
  if (pod.leaving || isReady(pod) || pod.phase === "Succeeded") return [];
  const object = `Pod/${pod.name}`;
  const problem = (code: RolloutProblemCode, text: string): ObservedProblem => ({ code, object, text });
  const unscheduled = pod.conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled?.reason === "Unschedulable")
    return [problem("unschedulable", `no node can take it: ${unscheduled.message}`)];
  const own = events.filter(({ about }) => about === pod.uid);
  const found = pod.containers.flatMap((container) => containerProblem(container, pod, own) ?? []);
  if (found.length > 0) return found;
  if (pod.phase === "Failed")
    return [problem("other", `it ended: ${joined(pod.reason, pod.message) || "no reason given"}`)];
  const probe = own.findLast(({ reason, message }) => reason === "Unhealthy" && PROBES.test(message));
  return probe === undefined ? [] : [problem("failing-readiness", `it runs and is not ready: ${probe.message}`)];
}

export function isReady({ conditions }: ObservedPod): boolean {
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function containerProblem(
  { name, image, running, restarts, waiting, ended, ready }: ObservedContainer,
  pod: ObservedPod,
  events: readonly ObservedEvent[],
): ObservedProblem | undefined {
  const object = `Pod/${pod.name}`;
  const reason = waiting?.reason ?? "";
  if (PULL_REASONS.has(reason)) {
    const message = waiting?.message ?? "";
    // The second attempt says that it backs off; the event of the first one says why.
    const said =
      events.findLast((event) => event.reason === "Failed" && /pull/i.test(event.message))?.message ?? message;
    return { code: "image-pull", object, text: `the image ${image} cannot be pulled: ${joined(reason, said)}` };
  }
  const log = { namespace: pod.namespace, pod: pod.name, container: name, previous: running || restarts > 0 };
  const again = restarts > 0 && !ready && ended !== undefined && ended.exitCode !== 0;
  if (reason === "CrashLoopBackOff" || again) {
    const times = `restarted ${restarts === 1 ? "once" : `${restarts} times`}`;
    return {
      code: "crash-loop",
      object,
      text: `the container ${name} ends again and again (${times}): ${endText(ended)}`,
      log,
    };
  }
  if (!USUAL_REASONS.has(reason))
    return {
      code: "other",
      object,
      text: `the container ${name} does not start: ${joined(reason, waiting?.message ?? "")}`,
    };
  if (!running && waiting === undefined && ended !== undefined && ended.exitCode !== 0)
    return { code: "other", object, text: `the container ${name} failed: ${endText(ended)}`, log };
  return undefined;
}

/** Such as `OOMKilled, exit code 137`. */
export function endText(end: ContainerEnd | undefined): string {
  if (end === undefined) return "the cluster does not say how";
  const reason = end.reason === "" || end.reason === "Error" ? "" : `${end.reason}, `;
  return joined(`${reason}exit code ${end.exitCode}`, end.message.trim().split("\n").at(-1) ?? "");
}

export function joined(reason: string, message: string): string {
  return [reason, message].filter((part) => part !== "").join(": ");
}
