import type { ApplicationRollout, RolloutProblem } from "../../model/rollout.ts";
import { nameOfUrn } from "../../model/urn.ts";
import { applicationOfUrn } from "./changed-resource.ts";

/** An application whose roll-out did not come to its end, and why. */
export interface FailedApplication {
  readonly name: string;
  readonly problems: readonly RolloutProblem[];
}

export interface FailureFacts {
  /** What the engine said against a resource. */
  readonly errors: readonly { readonly urn: string | undefined; readonly message: string }[];
  /** The last look at those that were to change. */
  readonly rollouts: readonly ApplicationRollout[];
  /** What its smoke checks found, where the update succeeded. */
  readonly smoke: readonly (RolloutProblem & { readonly application: string })[];
}

/**
 * How Go's client says that it did not get an answer of the API server, which its paths tell from an application that
 * a probe did not reach (net/url.Error, k8s.io/client-go).
 */
const API_AWAY = /\b(?:Get|Post|Put|Patch|Delete) "https?:\/\/[^\s"/]+\/(?:apis?|openapi|version)\b[^"]*": /;

/**
 * The applications that failed, each with everything that is known of it. One that the engine did not get to, because
 * another one failed before it, has not failed: nothing is known against its version. Nor is it where the API server
 * did not answer.
 */
export function failedApplications({ errors, rollouts, smoke }: FailureFacts): readonly FailedApplication[] {
  const problems = new Map<string, RolloutProblem[]>();
  const add = (name: string, found: readonly RolloutProblem[]): void => {
    if (found.length > 0) problems.set(name, [...(problems.get(name) ?? []), ...found]);
  };
  for (const { application, done, problems: seen } of rollouts) if (!done) add(application, seen);
  for (const { application, ...problem } of smoke) add(application, [problem]);
  for (const { urn, message } of errors) {
    const name = urn === undefined ? undefined : applicationOfUrn(urn);
    // The cluster's own words, where it has some, are closer to the reason than those of who waited for it.
    if (name === undefined || urn === undefined || problems.has(name) || API_AWAY.test(message)) continue;
    add(name, [{ code: "other", object: nameOfUrn(urn), text: message.trim(), log: [] }]);
  }
  return [...problems].map(([name, found]) => ({ name, problems: found })).toSorted(byName);
}

function byName(left: FailedApplication, right: FailedApplication): number {
  return left.name < right.name ? -1 : 1;
}
