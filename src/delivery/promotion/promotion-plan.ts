import { findApplication, type Catalogue } from "../../model/catalogue.ts";
import { accepted, refusalsOf, refused, type Outcome, type Place, type Refusal } from "../../model/refusal.ts";
import type { StackFile } from "../../model/stack-file.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { Trust } from "../../model/trust/trust.ts";
import type { KeyPath } from "../../model/yaml-source.ts";
import type { YamlChange } from "../../model/yaml-edit.ts";
import { problemOfMember } from "../coverage/people.ts";
import type { Chain } from "../coverage/statement-chain.ts";
import { refuseHeld } from "../held.ts";
import { refusePinStep, toPinStep, type PinStep } from "../pin-step.ts";
import { settingsDifferences, type SettingDifference } from "../settings-differences.ts";
import { joinReasons, listReasons, NO_REASONS, reasonsOf, type Reasons } from "./reasons.ts";
import { routesThrough } from "./routes.ts";
import { selectVersions, type LeftOut } from "./selection.ts";
import { refuseDowngrade, statedPin } from "./version-order.ts";

export interface PromotionRequest {
  readonly from: string;
  readonly to: StageDefinition;
  /** Empty: everything that differs. */
  readonly names: readonly string[];
  readonly catalogue: Catalogue;
  readonly source: StackFile;
  readonly target: StackFile;
  /** Of the target. */
  readonly chains: ReadonlyMap<string, Chain>;
  readonly trust: Pick<Trust, "roles" | "revocations">;
  /** The principal; undefined where nobody can sign, which is refused where that was found. */
  readonly promoter: string | undefined;
  /** The versions that run now may fail while they are replaced. */
  readonly acceptDowntime: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** For people: where stages are described. */
  readonly stagesFile: string;
  /** In the target's file. */
  readonly placeOf: (path: KeyPath) => Place;
}

/** What a promotion does to one application of the target. */
export interface PlannedVersion extends PinStep {
  readonly name: string;
  /** `left` is the source, `right` the target. Of a secret it says only whether it is set. */
  readonly settings: readonly SettingDifference[];
}

export interface PromotionPlan {
  readonly from: string;
  readonly to: string;
  /** By name; empty where there is nothing to promote. */
  readonly applications: readonly PlannedVersion[];
  readonly leftOut: readonly LeftOut[];
  /** Of the target's stack file. */
  readonly changes: readonly YamlChange[];
}

/** A plan, and what stands against it as far as the two stages themselves say it. */
export interface PromotionDraft {
  readonly plan: PromotionPlan;
  readonly reasons: Reasons;
}

/** What promoting would do, or every reason why not; all of it or nothing. */
export function planPromotion(request: PromotionRequest): Outcome<PromotionPlan> {
  const { plan, reasons } = draftPromotion(request);
  const refusals = listReasons(reasons, callOf(plan, reasons));
  return refusals.length > 0 ? refused(refusals) : accepted(plan);
}

/** The plan even where something stands against it: what depends on it is looked at all the same, and said at once. */
export function draftPromotion(request: PromotionRequest): PromotionDraft {
  const { from, to, catalogue } = request;
  const unknown = refuseUnknown(catalogue, request.names);
  if (unknown.length > 0) return { plan: emptyPlan(request), reasons: { ...NO_REASONS, whole: unknown } };
  const selection = selectVersions({ ...request, to: to.name });
  const applications = [...selection.moved].flatMap(([name, after]) => {
    const application = catalogue.get(name);
    if (application === undefined) return [];
    const step = toPinStep({ application, stackFile: request.target, after });
    return [{ name, ...step, settings: differencesOf(request, name) }];
  });
  const changes = applications.flatMap((application) => application.changes);
  const plan = { from, to: to.name, applications, leftOut: selection.leftOut, changes };
  const edge = refusalsOf(routesThrough(from, to, request.stagesFile));
  // Whoever has nothing to promote needs nobody's leave.
  const promoter = applications.length === 0 ? [] : refusePromoter(request);
  const whole = { ...NO_REASONS, whole: [...edge, ...promoter] };
  return { plan, reasons: joinReasons(whole, selection.reasons, refuseVersions(request, applications)) };
}

/** For `listReasons`: what was to go, refused applications included. */
export function callOf({ from, to, applications }: PromotionPlan, reasons: Reasons) {
  const names = new Set([...applications.map(({ name }) => name), ...reasons.applications.keys()]);
  return { from, to, names: [...names].toSorted() };
}

/** Names that the catalogue does not have. */
export function refuseUnknown(catalogue: Catalogue, names: readonly string[]): readonly Refusal[] {
  return [...new Set(names)].flatMap((name) => refusalsOf(findApplication(catalogue, name)));
}

function emptyPlan({ from, to }: PromotionRequest): PromotionPlan {
  return { from, to: to.name, applications: [], leftOut: [], changes: [] };
}

function differencesOf({ source, target }: PromotionRequest, name: string): readonly SettingDifference[] {
  return settingsDifferences(source.settings.get(name) ?? {}, target.settings.get(name) ?? {});
}

function refusePromoter({ to, promoter, trust, nowMs, stagesFile }: PromotionRequest): readonly Refusal[] {
  const { gate } = to;
  if (gate === undefined || promoter === undefined) return [];
  const problem = problemOfMember(gate.promoters, promoter, nowMs, { ...trust, nowMs, endedKeys: new Set() });
  if (problem === undefined) return [];
  return [
    {
      code: "not-a-promoter",
      place: { file: stagesFile, path: `stages.${to.name}.gate.promoters` },
      found: `${promoter}, who is no member of ${gate.promoters.join(" or ")} now`,
      expected: `a member of ${gate.promoters.join(" or ")}: they promote to ${to.name}`,
      action: "let one of them promote, or have roles.yaml in the trust folder changed: npm run trust -- edit",
    },
  ];
}

function refuseVersions(request: PromotionRequest, applications: readonly PlannedVersion[]): Reasons {
  return reasonsOf(
    applications.map(({ name, after }) => [
      name,
      [
        ...refuseHolds(request, name, after),
        ...refuseOrder(request, name, after),
        ...refuseBarrier(request, name, after),
      ],
    ]),
  );
}

function refuseHolds({ to, target, nowMs, placeOf }: PromotionRequest, name: string, { image }: PinStep["after"]) {
  return refuseHeld({ stage: to.name, application: name, stackFile: target, image, nowMs, placeOf });
}

function refuseOrder(request: PromotionRequest, name: string, after: PinStep["after"]): readonly Refusal[] {
  const { to, target, chains } = request;
  const chain = chains.get(name);
  // What was stated is what runs; a pin that somebody wrote by hand never did.
  const before = statedPin(chain) ?? target.pins.get(name);
  const refusals = refuseDowngrade({ application: name, stage: to.name, before, after, chain, place: {} });
  return atPin(refusals, request, name);
}

function refuseBarrier(request: PromotionRequest, name: string, after: PinStep["after"]): readonly Refusal[] {
  const { catalogue, target, acceptDowntime } = request;
  const application = catalogue.get(name);
  if (application === undefined) return [];
  const step = { application, stackFile: target, wanted: after.schema, acceptDowntime, place: {} };
  return atPin(refusePinStep(step), request, name);
}

/** A place costs reading the file anew: only refusals are worth it. */
function atPin(refusals: readonly Refusal[], { placeOf }: PromotionRequest, name: string): readonly Refusal[] {
  return refusals.map((refusal) => ({ ...refusal, place: placeOf(["config", "lockstep:pins", name]) }));
}
