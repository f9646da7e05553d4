import { z } from "zod";
import type { DepartedImage } from "./admission.ts";
import type { DeployedStage, DeployedVersion, WorkloadName } from "./deployed-stage.ts";
import { isDigest, type Digest } from "./digest.ts";

/** A stack's outputs, with what only the program itself asks them for. */
export interface StackOutputs extends DeployedStage {
  readonly applications: ReadonlyMap<string, DeployedOutput>;
  readonly gated: boolean;
  /** By the last update that changed an image or a namespace. */
  readonly departed: readonly DepartedImage[];
}

export interface DeployedOutput extends DeployedVersion {
  /** The image reference that it ran before; undefined where it ran no other. */
  readonly previousImage: string | undefined;
}

/** Kinds whose pods run an application for good; Jobs end. */
export const WORKLOAD_KINDS = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
] as const satisfies readonly WorkloadName["kind"][];

// Earlier programs wrote down less, and a stack must stay deployable whatever lies in its state: what is not as it
// should be counts as not there, and whoever needs it says so.
const text = z.string().min(1).optional().catch(undefined);
const digest = z
  .string()
  .transform((found): Digest | undefined => (isDigest(found) ? found : undefined))
  .optional()
  .catch(undefined);
const time = z.iso
  .datetime({ offset: true })
  .transform((found) => Date.parse(found))
  .optional()
  .catch(undefined);
const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((one): readonly z.output<Item>[] => {
        const parsed = item.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      }),
    );
const workload = z.object({ kind: z.enum(WORKLOAD_KINDS), name: z.string().min(1) });
const recordOf = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).catch({});

const application = z
  .object({
    ...{ image: text, chart: text, previousImage: text, namespace: text },
    ...{ statement: digest, desired: digest, since: time },
    // A workload that cannot be read must not be left out of what is asked about.
    workloads: z.array(workload).optional().catch(undefined),
  })
  .catch({});

const schema = z
  .object({
    ...{ stage: text, cluster: text },
    gated: z.unknown().optional(),
    applications: recordOf(application),
    departed: listOf(z.object({ namespace: z.string().min(1), image: z.string().min(1) })),
    trustRoot: z
      .object({ version: z.number(), digest: z.string().refine(isDigest) })
      .optional()
      .catch(undefined),
    withdrawn: recordOf(digest),
  })
  .catch({ gated: false, applications: {}, departed: [], trustRoot: undefined, withdrawn: {} });

/** Reads a stack's outputs, as the program registered them. */
export function toStackOutputs(outputs: unknown): StackOutputs {
  const { stage, cluster, gated, applications, departed, trustRoot, withdrawn } = schema.parse(outputs);
  const statements = [
    ...Object.entries(withdrawn),
    ...Object.entries(applications).map(([name, { statement }]) => [name, statement] as const),
  ];
  return {
    ...{ stage, clusterUid: cluster, gated: gated === true, departed, root: trustRoot },
    applications: new Map(Object.entries(applications).map(([name, written]) => [name, toOutput(written)])),
    statements: new Map(statements.flatMap(([name, found]) => (found === undefined ? [] : [[name, found] as const]))),
  };
}

function toOutput(written: z.output<typeof application>): DeployedOutput {
  const { image = "", chart = "", previousImage, namespace, statement, desired, since, workloads } = written;
  return { image, chart, previousImage, namespace, statement, desired, sinceMs: since, workloads };
}
