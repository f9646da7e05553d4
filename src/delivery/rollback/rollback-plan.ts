import type { Application } from "../../model/application.ts";
import type { Catalogue } from "../../model/catalogue.ts";
import type { ClusterHold } from "../../model/cluster-hold.ts";
import type { StackUpdate } from "../../model/deployed-stage.ts";
import { holdsOn, type ActiveHold } from "../../model/holds.ts";
import type { MigrationJob } from "../../model/migration-job.ts";
import type { Pin } from "../../model/pin.ts";
import { accepted, andThen, refused, type Outcome, type Place, type Refusal } from "../../model/refusal.ts";
import { stackFileName, type StackFile } from "../../model/stack-file.ts";
import { absence } from "../../model/stage.ts";
import type { Chain } from "../coverage/statement-chain.ts";
import { isSamePin, toPinStep, type PinStep } from "../pin-step.ts";
import type { LeftOut } from "../promotion/selection.ts";
import { statedPin } from "../promotion/version-order.ts";
import type { YamlChange } from "../../model/yaml-edit.ts";
import type { KeyPath } from "../../model/yaml-source.ts";
import { databaseLevel } from "../schema-levels.ts";
import { judgeBackward, type BackwardSteps } from "./backward-barrier.ts";
import { HELD, updatesOf, unfitness } from "./candidates.ts";
import { timeOf } from "./chosen-update.ts";

/** What a rollback is judged by, whichever update it goes to. */
export interface RollbackGround {
  readonly stage: string;
  readonly catalogue: Catalogue;
  readonly stackFile: StackFile;
  /** The whole history, the newest first. */
  readonly history: readonly StackUpdate[];
  /** Migrations that the cluster saw; none where it was not asked. */
  readonly jobs: readonly MigrationJob[];
  /** Versions that the cluster knows to be bad; none where it was not asked. */
  readonly clusterHolds: readonly Pick<ClusterHold, "application" | "image">[];
  /** What was stated about each application; undefined where the stage has no gate. */
  readonly chains: ReadonlyMap<string, Chain> | undefined;
  readonly withMigrations: boolean;
  readonly acceptDowntime: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly placeOf: (path: KeyPath) => Place;
}

export interface RollbackRequest extends RollbackGround {
  /** Whose pins come back. */
  readonly update: StackUpdate;
  /** Who goes back. */
  readonly names: readonly string[];
  /** Whether the user named them, each by itself. */
  readonly named: boolean;
}

/** What a rollback does to one application. */
export interface RolledBackApplication extends PinStep {
  readonly name: string;
  /** The down migration that comes first. */
  readonly down: BackwardSteps["down"];
  /** Holds on it: they stop nobody who goes back. */
  readonly holds: readonly ActiveHold[];
}

export interface RollbackPlan {
  readonly stage: string;
  readonly update: StackUpdate;
  /** Those whose pin is to change; empty where the stack file has them all. */
  readonly applications: readonly RolledBackApplication[];
  readonly leftOut: readonly LeftOut[];
  /** Of the stack file. */
  readonly changes: readonly YamlChange[];
}

export interface RollbackDraft {
  readonly plan: RollbackPlan;
  readonly refusals: readonly Refusal[];
}

/** What bringing back the pins of an update would do, and everything that stands against it. */
export function draftRollback(request: RollbackRequest): RollbackDraft {
  const drafts = request.names.map((name) => draftApplication(name, request));
  const applications = drafts.flatMap(({ step }) => step ?? []);
  const { stage, update } = request;
  const plan = {
    ...{ stage, update, applications },
    leftOut: drafts.flatMap(({ leftOut }) => leftOut ?? []),
    changes: applications.flatMap(({ changes }) => changes),
  };
  return { plan, refusals: drafts.flatMap(({ refusals }) => refusals) };
}

/** Who has, with this plan, the version of its update: those whose pin changes, and those that the file has there already. */
export function goingBack(
  { applications, leftOut, update }: Pick<RollbackPlan, "applications" | "leftOut" | "update">,
  { pins }: Pick<StackFile, "pins">,
): readonly string[] {
  const there = leftOut.filter(({ name }) => {
    const pin = update.wholePins.get(name);
    return pin !== undefined && isSamePin(pins.get(name), pin);
  });
  return [...applications, ...there].map(({ name }) => name);
}

interface ApplicationDraft {
  readonly step?: RolledBackApplication;
  readonly leftOut?: LeftOut;
  readonly refusals: readonly Refusal[];
}

function draftApplication(name: string, request: RollbackRequest): ApplicationDraft {
  const { catalogue, stackFile, update, nowMs } = request;
  const [application, after] = [catalogue.get(name), update.wholePins.get(name)];
  const missing = whyNot(name, request);
  if (application === undefined || after === undefined || missing !== undefined) {
    const reason = missing ?? "not in the catalogue any more";
    return request.named
      ? { refusals: [refuseNotThere(name, reason, request)] }
      : { leftOut: { name, reason }, refusals: [] };
  }
  if (isThere(name, after, request))
    return { leftOut: { name, reason: "the stack file has this version already" }, refusals: [] };
  const judged = judgeVersion(application, after, request);
  const steps: BackwardSteps = judged.kind === "accepted" ? judged.value : { down: undefined, levelAfter: undefined };
  const step = { ...toRestoringStep(application, after, steps, stackFile), name, down: steps.down };
  const holds = holdsOn(stackFile, name, nowMs);
  return { step: { ...step, holds }, refusals: judged.kind === "refused" ? judged.refusals : [] };
}

/** A pin that somebody wrote by hand is not there yet where nothing stated it. */
function isThere(name: string, pin: Pin, { stackFile, chains }: RollbackGround): boolean {
  const stated = chains === undefined ? pin : statedPin(chains.get(name));
  return isSamePin(stackFile.pins.get(name), pin) && isSamePin(stated, pin);
}

function whyNot(name: string, { update, stackFile, stage }: RollbackRequest): string | undefined {
  if (absence(name, stackFile) === "disabled") return `disabled in ${stage}: it would run nowhere`;
  if (update.wholePins.has(name)) return undefined;
  if (update.pins.has(name)) return `the pin of update ${update.version} cannot be read`;
  return `not there in update ${update.version}: it came later, and stays`;
}

function refuseNotThere(name: string, reason: string, { stage, update, stackFile }: RollbackRequest): Refusal {
  const disabled = absence(name, stackFile) === "disabled";
  return {
    code: disabled ? "application-disabled" : "not-in-update",
    place: {
      file: stackFileName(stage),
      path: disabled ? `lockstep:settings.${name}.enabled` : `lockstep:pins.${name}`,
    },
    found: `${name}: ${reason}`,
    expected: `an application that runs in ${stage} and ran there with update ${update.version}`,
    action: disabled
      ? `remove enabled: false from lockstep:settings.${name} in ${stackFileName(stage)}, or leave it out`
      : `leave it out, or choose another update: npm run rollback -- ${stage} ${name} --list`,
  };
}

/** The pin, and where the database is when its version runs: a level that was never reached is taken back as well. */
export function toRestoringStep(
  application: Application,
  after: Pin,
  { levelAfter }: BackwardSteps,
  stackFile: StackFile,
): PinStep {
  const step = toPinStep({ application, stackFile, after });
  if (application.migration === undefined || levelAfter === undefined) return step;
  const changes = step.changes.filter(({ path }) => path[1] === "lockstep:pins");
  const level = { path: ["config", "lockstep:schemaLevels", application.name], value: levelAfter };
  return { ...step, levelAfter, changes: levelAfter === step.levelBefore ? changes : [...changes, level] };
}

/** What stands against a version of an application, in this stage, now: holds of it, and its database. */
export function judgeVersion(application: Application, target: Pin, ground: RollbackGround): Outcome<BackwardSteps> {
  const { stage, stackFile, history, jobs, withMigrations, acceptDowntime, placeOf } = ground;
  const { name } = application;
  const held = refuseHeldVersion(name, target, ground);
  const running = stackFile.pins.get(name);
  const database = databaseLevel({ application: name, history, jobs, down: application.migration?.down });
  const level = application.migration === undefined ? undefined : (database.level ?? stackFile.schemaLevels.get(name));
  const steps =
    running === undefined
      ? accepted<BackwardSteps>({ down: undefined, levelAfter: undefined })
      : judgeBackward({
          ...{ stage, application, level, running, target, withMigrations, acceptDowntime },
          levelBefore: database.levelBefore,
          candidates: versionsOf(name, history).filter(({ pin }) => !isHeld(name, pin, ground)),
          place: {},
        });
  const strange =
    steps.kind === "accepted" && steps.value.down !== undefined ? refuseNeverRan(name, running, history) : [];
  const refusals = [...held, ...strange, ...(steps.kind === "refused" ? steps.refusals : [])];
  if (refusals.length === 0) return andThen(steps, accepted);
  // A place costs reading the file anew.
  const place = placeOf(["config", "lockstep:pins", name]);
  return refused(refusals.map((refusal) => ({ ...refusal, place })));
}

/** The way down is a Job of the running image, made beside the program that verifies images: only of one that was deployed. */
function refuseNeverRan(name: string, running: Pin | undefined, history: readonly StackUpdate[]): readonly Refusal[] {
  if (running === undefined) return [];
  const ran = history.some(({ wholePins }) => wholePins.get(name)?.image.digest === running.image.digest);
  if (ran) return [];
  return [
    {
      code: "never-deployed",
      place: {},
      found: `${running.image.tag} of ${name}, which no update of the stack's history had`,
      expected: "a pin that was deployed: its image takes the database back",
      action: "write the pin that runs again (npm run status), or deploy what is written first",
    },
  ];
}

function refuseHeldVersion(name: string, pin: Pin, ground: RollbackGround): Refusal[] {
  const { image } = pin;
  const { stage } = ground;
  return holdsOnVersion(name, pin, ground).map(({ reason, by }) => ({
    code: HELD,
    place: {},
    found: `${image.tag} of ${name}, which is held in ${stage}${by === undefined ? "" : ` by ${by}`}: ${reason}`,
    expected: "a version that nobody found to be bad",
    action: `choose another update: npm run rollback -- ${stage} ${name} --list; or where the reason is gone: npm run resume -- ${stage} ${name}`,
  }));
}

/** Only holds of this very version: a hold on the application keeps it from going on, not from going back. */
function holdsOnVersion(name: string, { image }: Pin, { stackFile, nowMs }: RollbackGround): readonly ActiveHold[] {
  return holdsOn(stackFile, name, nowMs, image.digest).filter(({ images }) => images !== undefined);
}

/** In the file or in the cluster: nobody is sent to a version that would be refused. */
function isHeld(name: string, pin: Pin, ground: RollbackGround): boolean {
  const inCluster = ground.clusterHolds.some(
    ({ application, image }) => application === name && image === pin.image.digest,
  );
  return inCluster || holdsOnVersion(name, pin, ground).length > 0;
}

/** The versions that an application had, the newest first, each once. */
function versionsOf(name: string, history: readonly StackUpdate[]) {
  const seen = new Set<string>();
  return updatesOf(history)
    .filter((update) => unfitness(update) === undefined)
    .flatMap(({ wholePins, version, startMs }) => {
      const pin = wholePins.get(name);
      if (pin === undefined || seen.has(pin.image.digest)) return [];
      seen.add(pin.image.digest);
      return [{ pin, to: version === 0 ? timeOf(startMs) : String(version) }];
    });
}
