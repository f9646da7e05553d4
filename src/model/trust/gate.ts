/** How many people must agree, and who. */
export interface ApprovalRule {
  /** Distinct principals with distinct keys. */
  readonly count: number;
  /** An approver is a member of one of these groups at the time of the approval. */
  readonly groups: readonly string[];
  /** No approver is the promoter. */
  readonly fourEyes: boolean;
  /** Approvals older than this do not count for a first deployment. */
  readonly expireAfterSeconds: number | undefined;
}

/** Settings that a gate may leave to the people of the stage: they are no part of the desired state. */
export type FreeSetting = "replicas" | "resources" | "timeout";

/** The rules a stage puts on what it accepts. */
export interface Gate {
  /** A promoter is a member of one of these groups at the time of the statement. */
  readonly promoters: readonly string[];
  readonly approvals: ApprovalRule | undefined;
  readonly soakSeconds: number;
  readonly free: readonly FreeSetting[];
}

/** What a stage asks of workloads, whatever the settings say. */
export interface Availability {
  /** @default 1 */
  readonly minReplicas: number;
  /** Whether every workload with more than one replica needs a disruption budget. @default true in gated stages */
  readonly disruptionBudget: boolean;
}
