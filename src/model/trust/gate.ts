import { z } from "zod";
import { durationSchema, objectNameSchema } from "../kubernetes-names.ts";

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
  /** Members of these groups, such as those who deploy, may sign rollbacks beside the promoters. @default none */
  readonly rollback: readonly string[];
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

const FREE_SETTINGS = ["replicas", "resources", "timeout"] as const satisfies readonly FreeSetting[];
const MAX_APPROVALS = 20;
const MAX_MIN_REPLICAS = 1000;
const COUNT = `a number of people from 1 to ${MAX_APPROVALS}`;
const REPLICAS = `a number of replicas from 1 to ${MAX_MIN_REPLICAS}`;
const GROUPS = "a list of groups of roles.yaml, each once";
const FREE = `a list of ${FREE_SETTINGS.join(", ")}, each once`;

const groupsSchema = z
  .array(objectNameSchema, { error: GROUPS })
  .min(1, { error: "at least one group" })
  .refine(isDistinct, { error: GROUPS });

const approvalsSchema = z
  .strictObject(
    {
      count: z.int({ error: COUNT }).min(1, { error: COUNT }).max(MAX_APPROVALS, { error: COUNT }),
      groups: groupsSchema,
      fourEyes: z.boolean({ error: "true or false" }).default(true),
      expireAfter: durationSchema.optional(),
    },
    { error: "approvals: { count, groups }" },
  )
  .transform(({ count, groups, fourEyes, expireAfter }): ApprovalRule => ({
    count,
    groups,
    fourEyes,
    expireAfterSeconds: expireAfter,
  }));

/** The `gate` of a stage in stages.yaml. */
export const gateSchema = z
  .strictObject(
    {
      promoters: groupsSchema,
      rollback: groupsSchema.default([]),
      approvals: approvalsSchema.optional(),
      soak: durationSchema.optional(),
      free: z
        .array(z.enum(FREE_SETTINGS, { error: FREE }), { error: FREE })
        .refine(isDistinct, { error: FREE })
        .default([]),
      // Taken as they are: promotion reads them, and refuses what it does not know.
      freezes: z.array(z.unknown(), { error: "a list of freezes" }).optional(),
      requires: z.array(z.unknown(), { error: "a list of attestations" }).optional(),
    },
    { error: "the rules of the stage: { promoters, approvals, … }" },
  )
  .transform(({ promoters, rollback, approvals, soak, free }): Gate => ({
    ...{ promoters, rollback, approvals },
    ...{ soakSeconds: soak ?? 0, free },
  }));

/** The `availability` of a stage in stages.yaml. */
export const availabilitySchema = z.strictObject(
  {
    minReplicas: z
      .int({ error: REPLICAS })
      .min(1, { error: REPLICAS })
      .max(MAX_MIN_REPLICAS, { error: REPLICAS })
      .optional(),
    disruptionBudget: z.boolean({ error: "true or false" }).optional(),
  },
  { error: "availability: { minReplicas, disruptionBudget }" },
);

export function toAvailability(written: z.infer<typeof availabilitySchema> | undefined, gated: boolean): Availability {
  return { minReplicas: written?.minReplicas ?? 1, disruptionBudget: written?.disruptionBudget ?? gated };
}

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
