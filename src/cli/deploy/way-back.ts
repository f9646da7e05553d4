import { automaticRollback, type AutomaticRollback } from "../../automatic-rollback.ts";
import type { PlannedApplication } from "../../delivery/deployment/deployment-plan.ts";
import { isOlder } from "../../delivery/promotion/version-order.ts";
import type { Json } from "../../model/json.ts";
import type { Pin } from "../../model/pin.ts";
import { renderPin } from "../../model/pin-text.ts";
import { accepted, refused, RefusalError, refusalsOf, type Outcome, type Refusal } from "../../model/refusal.ts";
import { STATEMENT_NAMESPACE } from "../../model/statements/statement.ts";
import type { RolloutProblem } from "../../model/rollout.ts";
import type { Publication, Published } from "../publication.ts";
import { findSigner, type Signer } from "../signer.ts";
import type { CarriedOut } from "./carry-out.ts";
import type { DeployCall, DeployResult } from "./deploy-stage.ts";
import type { LookAhead, StackRecord } from "./look-ahead.ts";
import type { OpenedStage } from "./opened-stage.ts";

/** What a way back needs, made ready before anything is deployed. */
export interface WayBack {
  /** Asked for in gated stages only. */
  readonly signer: Outcome<Signer>;
  readonly publication: Publication;
}

/** What became of going back by itself. */
export interface WentBack {
  readonly prepared: AutomaticRollback;
  /** How the deploy of the good versions ended; undefined where there was none. */
  readonly ended: DeployResult["ended"] | undefined;
  /** The document of that deploy. */
  readonly deploy: Json;
  readonly published: Published | undefined;
  /** Everything that could not be done, and the way forward. */
  readonly stays: readonly Refusal[];
}

/** Deploys what the files say now; handed in, because a deploy may end in this and never the other way round. */
export type Redeploy = (call: DeployCall) => Promise<DeployResult>;

/** Whether a failed deploy is taken back at all: a rollback never is. */
export function mayGoBack({ purpose, options }: DeployCall): boolean {
  return purpose !== "rollback" && options.rollback !== false;
}

/** Who would sign a rollback of a gated stage; nobody has to elsewhere. */
export async function findWayBackSigner(
  { options, signal }: DeployCall,
  { loaded: { definition, trust }, nowMs }: OpenedStage,
): Promise<Outcome<Signer>> {
  if (!definition.gated) return refused([]);
  return findSigner({ key: options.key, trust, namespace: STATEMENT_NAMESPACE, nowMs, signal });
}

/**
 * The applications whose new image failed. Of one that runs the image it ran before, something else is the reason, and
 * holding that image would hold what is good. One that was on its way back, whoever goes on with that, is not brought
 * forward again to what it came from.
 */
export function failedVersions(
  { failed }: Pick<CarriedOut, "failed">,
  { plan, record: { history } }: Pick<LookAhead, "plan"> & { readonly record: Pick<StackRecord, "history"> },
  pins: ReadonlyMap<string, Pin>,
): ReadonlyMap<string, readonly RolloutProblem[]> {
  const goesBack = ({ name, before }: PlannedApplication): boolean => {
    const known = history.map(({ wholePins }) => wholePins.get(name));
    const was = known.find((pin) => pin !== undefined && renderPin(pin).image === before?.image);
    const is = pins.get(name);
    return is !== undefined && isOlder(was, is);
  };
  const moved = new Set(
    plan.applications.flatMap((one) =>
      one.after === undefined || one.before?.image === one.after.image || goesBack(one) ? [] : [one.name],
    ),
  );
  return new Map(failed.flatMap(({ name, problems }) => (moved.has(name) ? [[name, problems] as const] : [])));
}

/** Takes failed versions back: held, written, deployed, and published as the options say. */
export async function goBack(
  call: DeployCall,
  opened: OpenedStage,
  ahead: LookAhead,
  failed: ReadonlyMap<string, readonly RolloutProblem[]>,
  redeploy: Redeploy,
): Promise<WentBack> {
  const { signal } = call;
  const { loaded, access } = opened;
  const { signer, publication } = ahead.wayBack;
  const before = ahead.record.deployed;
  const nowMs = Date.now();
  const request = { loaded, before, failed, access, nowMs, signer, publication, signal };
  const prepared = await automaticRollback(request);
  const deployed =
    prepared.restored.length === 0 ? NOT_DEPLOYED : await deployBack(call, { ...ahead, ...opened }, prepared, redeploy);
  // The pods come first: a remote that does not answer keeps nobody from serving.
  const published = await publishBack(prepared, signal);
  return {
    prepared,
    ...deployed,
    published: published.kind === "accepted" ? published.value : undefined,
    stays: [...prepared.stays, ...deployed.against, ...refusalsOf(published)],
  };
}

/** After Ctrl-C git answers no more: the commit is then the next step, which is said. */
export async function publishBack(
  { publish }: Pick<AutomaticRollback, "publish">,
  signal: AbortSignal,
): Promise<Outcome<Published | undefined>> {
  try {
    signal.throwIfAborted();
    return await publish();
  } catch (error) {
    if (signal.aborted) return accepted(undefined);
    throw error;
  }
}

interface DeployedBack extends Pick<WentBack, "ended" | "deploy"> {
  readonly against: readonly Refusal[];
}

const NOT_DEPLOYED: DeployedBack = { ended: undefined, deploy: null, against: [] };

/** What was refused is told beside what had been refused before. */
export async function deployBack(
  call: DeployCall,
  { plan, snapshot }: Pick<LookAhead, "plan"> & Pick<OpenedStage, "snapshot">,
  { restored, contents }: Pick<AutomaticRollback, "restored" | "contents">,
  redeploy: Redeploy,
): Promise<DeployedBack> {
  const versions = restored.map(({ name, from }) => `${name} ${from.image.tag}`).join(", ");
  const { key, base, fetch, json } = call.options;
  let deploy: Json = null;
  try {
    const { ended } = await redeploy({
      ...{ stage: call.stage, purpose: "rollback", signal: call.signal },
      // What was to move beside them was judged a moment ago, and people said yes to it.
      back: plan.applications.map(({ name }) => name),
      written: { before: snapshot, files: contents },
      options: {
        ...{ yes: true, reason: `the roll-out of ${versions} failed` },
        ...(key === undefined ? {} : { key }),
        ...(base === undefined ? {} : { base }),
        ...(fetch === undefined ? {} : { fetch }),
        ...(json === undefined ? {} : { json }),
      },
      onReport: (document) => {
        deploy = document;
      },
    });
    return { ended, deploy, against: [] };
  } catch (error) {
    // Files and holds are written: whoever stopped it is told how it goes on.
    if (call.signal.aborted) return { ended: "interrupted", deploy, against: [] };
    if (!(error instanceof RefusalError)) throw error;
    return { ended: "failed", deploy, against: error.refusals };
  }
}
