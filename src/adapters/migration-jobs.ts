import { z } from "zod";
import {
  AFTER_UPDATE,
  DOWN_MIGRATION_COMPONENT,
  LEVEL_FROM,
  LEVEL_TO,
  MIGRATION_COMPONENT,
  UNDOES,
  type MigrationJob,
} from "../model/migration-job.ts";
import { accepted, andThen, combineAll, type Outcome } from "../model/refusal.ts";
import { askKubectl, type ClusterAccess } from "./kubectl.ts";
import { Slots } from "./slots.ts";

export interface JobsQuestion extends ClusterAccess {
  /** Those of the cluster where the stage's applications are. */
  readonly namespaces: readonly string[];
}

const AT_ONCE = 4;
const COMPONENT = "app.kubernetes.io/component";
const SELECTOR = `${COMPONENT} in (${MIGRATION_COMPONENT},${DOWN_MIGRATION_COMPONENT})`;

const text = z.string().default("");
const texts = z.record(z.string(), z.string()).default({});
const containerSchema = z.object({
  image: z.string(),
  ...{ command: z.array(z.string()).default([]), args: z.array(z.string()).default([]) },
  env: z.array(z.object({ name: z.string(), value: text })).default([]),
});

const jobSchema = z
  .object({
    metadata: z.object({
      ...{ name: z.string(), namespace: z.string(), uid: z.string(), labels: texts, annotations: texts },
    }),
    spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([containerSchema], z.unknown()) }) }) }),
    status: z
      .object({
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), reason: text, message: text }))
          .default([]),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status }): MigrationJob => {
    const { name, namespace, uid, labels, annotations } = metadata;
    const [{ image, env, command, args }] = spec.template.spec.containers;
    const holds = (type: string) => status.conditions.find((one) => one.type === type && one.status === "True");
    const failed = holds("Failed");
    return {
      ...{ application: labels["app.kubernetes.io/name"] ?? "", namespace, name, uid, image },
      command: [...command, ...args],
      direction: labels[COMPONENT] === DOWN_MIGRATION_COMPONENT ? "down" : "up",
      fromLevel: levelIn(env, LEVEL_FROM),
      toLevel: levelIn(env, LEVEL_TO),
      state: failed === undefined ? (holds("Complete") === undefined ? "running" : "succeeded") : "failed",
      reason: failed === undefined ? undefined : [failed.reason, failed.message].filter(Boolean).join(": "),
      undoes: annotations[UNDOES] || undefined,
      afterUpdate: annotations[AFTER_UPDATE] || undefined,
    };
  });
const listSchema = z.object({ items: z.array(jobSchema) });

/** The Jobs of migrations, forward and backward, that the cluster has. */
export async function readMigrationJobs(question: JobsQuestion): Promise<Outcome<readonly MigrationJob[]>> {
  const { namespaces, ...access } = question;
  const slots = new Slots(AT_ONCE);
  const lists = [...new Set(namespaces)].map((namespace) => {
    const words = ["get", "jobs.batch", "--namespace", namespace, "--selector", SELECTOR];
    return slots.use(() => askKubectl(words, listSchema, access));
  });
  return andThen(combineAll(await Promise.all(lists)), (read) => accepted(read.flatMap(({ items }) => items)));
}

function levelIn(env: readonly { name: string; value: string }[], name: string): number | undefined {
  const value = env.findLast((variable) => variable.name === name)?.value;
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
