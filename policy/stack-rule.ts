import type { JudgedResource, RuleText, Violation } from "./rule.ts";

/** What is known of a resource at the end of a run. */
export interface RegisteredResource {
  readonly urn: string;
  readonly type: string;
  /** As the cluster has it: what its defaults filled in cannot be told from what was asked for. */
  readonly read: () => JudgedResource;
}

/** A function over all resources of a stack: the engine asks it at the end, and not at all after a failure. */
export interface StackRule extends RuleText {
  readonly check: (resources: readonly RegisteredResource[]) => readonly Violation[];
}
