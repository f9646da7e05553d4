import { liftClusterHolds, readClusterHolds, type PlacedHold } from "../../adapters/cluster-holds.ts";
import type { ClusterAccess } from "../../adapters/kubectl.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { planResume, planVersionResume } from "../../delivery/hold-plan.ts";
import {
  accepted,
  andThen,
  combine,
  orThrow,
  RefusalError,
  refusalsOf,
  renderBriefly,
  type Outcome,
  type Refusal,
} from "../../model/refusal.ts";
import type { ChangeOptions } from "../confirmation.ts";
import { readHeldImage } from "../hold/held-image.ts";
import { readHeldStage, type HeldStage } from "../hold/held-stage.ts";
import { writeHoldPlan } from "../hold/write-plan.ts";
import { settleUnfinished } from "../unfinished-change.ts";

export interface ResumeOptions extends ChangeOptions {
  /** One version of the one application; undefined: all of them. */
  readonly image?: string;
}

export interface ResumeCall {
  readonly stage: string;
  /** None: the hold of the whole stage. */
  readonly applications: readonly string[];
  readonly options: ResumeOptions;
  readonly signal: AbortSignal;
}

/** Plans the end of holds, shows it, asks, and carries it out. @throws RefusalError with every reason */
export async function resume(call: ResumeCall): Promise<void> {
  const { stage, applications, options, signal } = call;
  const nowMs = Date.now();
  await settleUnfinished(stage, options.dryRun === true);
  const [held, named] = await Promise.all([readHeldStage(stage), readHeldImage(options.image, applications)]);
  const { stackFile, source, version } = orThrow(
    andThen(combine({ held, version: named }), (read) => accepted({ ...read.held, version: read.version })),
    2,
  );
  const access = accessOf(call, { stackFile, source });
  const read = access === undefined ? NONE : await readPlaced(stage, access);
  const inCluster = read.kind === "accepted" ? read.value : [];
  const planned =
    version === undefined
      ? planResume({ stage, applications, stackFile, inCluster })
      : planVersionResume({ stage, ...version, stackFile, inCluster });
  // Where the file says nothing, nobody knows whether the cluster does.
  if (planned.kind === "refused") throw new RefusalError([...planned.refusals, ...refusalsOf(read)], 1);
  const ending = inCluster.filter(
    ({ application, image }) =>
      applications.includes(application) && (version === undefined || version.image === image),
  );
  await writeHoldPlan(planned.value, source, {
    ...{ options, signal, nowMs },
    ...(access === undefined ? {} : { lift: () => lift(ending, access) }),
    remarks: read.kind === "refused" ? [remarkUnasked(call, read.refusals)] : [],
  });
}

const NONE: Outcome<readonly PlacedHold[]> = { kind: "accepted", value: [] };

/** Undefined where there is nothing to ask: the cluster holds versions of applications, and no stage. */
function accessOf({ applications, signal }: ResumeCall, { stackFile, source }: HeldStage): ClusterAccess | undefined {
  const context = stackFile.cluster?.context;
  if (context === undefined || applications.length === 0) return undefined;
  return { context, place: source.placeOf(["config", "lockstep:cluster", "context"]), signal };
}

/** In every namespace: an application that runs no more, or elsewhere, may be held where it ran. */
async function readPlaced(stage: string, access: ClusterAccess): Promise<Outcome<readonly PlacedHold[]>> {
  const project = await readProjectName();
  if (project.kind === "refused") return project;
  return readClusterHolds({ project: project.value, stage, namespaces: undefined, access });
}

async function lift(holds: readonly PlacedHold[], access: ClusterAccess): Promise<void> {
  orThrow(await liftClusterHolds(holds, access), 1);
}

function remarkUnasked({ stage, applications, options }: ResumeCall, refusals: readonly Refusal[]): string {
  const version = options.image === undefined ? [] : ["--image", options.image];
  const command = `npm run resume -- ${[stage, ...applications, ...version].join(" ")}`;
  return `  the cluster was not asked: ${renderBriefly(refusals)}\n  what it holds stays, and no deploy passes it: type it again where the cluster answers: ${command}`;
}
