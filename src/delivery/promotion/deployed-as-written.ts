import type { DeployedVersion, WrittenPin } from "../../model/deployed-stage.ts";
import { renderPin } from "../../model/pin-text.ts";
import type { Refusal } from "../../model/refusal.ts";
import { shortDigest, tailOf } from "../coverage/statement-chain.ts";
import { changesAmong } from "./last-update.ts";
import type { SourceEvidence, WrittenApplication } from "./source-evidence.ts";

/**
 * What stands against an application whose files say something else than what was deployed: an edit that was never
 * deployed does not travel.
 */
export function refuseNotDeployed(
  name: string,
  written: WrittenApplication,
  evidence: SourceEvidence,
): readonly Refusal[] {
  const deployed = evidence.deployed.applications.get(name);
  const otherPin = refuseOtherPin(name, written, deployed, evidence);
  if (otherPin.length > 0 || deployed === undefined) return otherPin;
  if (deployed.desired === undefined || deployed.sinceMs === undefined || deployed.workloads === undefined) {
    const found = `${name}, which an earlier version of this program deployed: nothing says since when it is as it is`;
    const { stage, place, action } = about(name, evidence);
    return [{ code: "source-not-recorded", place, found, expected: `outputs of ${stage} that say so`, action }];
  }
  if (deployed.desired !== written.desired.digest) {
    const { stage, place, action } = about(name, evidence);
    const found = `settings or a catalogue entry of ${name} that ${stage} was not deployed with`;
    const expected = `what was deployed (its desired state ${shortDigest(deployed.desired)})`;
    return [{ code: "source-not-deployed", place, found, expected, action }];
  }
  return evidence.definition.gated ? refuseOtherStatement(name, deployed, evidence) : [];
}

function refuseOtherPin(
  name: string,
  { pin }: WrittenApplication,
  deployed: DeployedVersion | undefined,
  evidence: SourceEvidence,
): readonly Refusal[] {
  const { image, chart } = renderPin(pin);
  const [last] = changesAmong(evidence.history);
  // A failed update has pins that nothing runs.
  const recorded = last?.result === "succeeded" ? [last.pins.get(name)] : [];
  const others = [deployed, ...recorded].filter((one) => one?.image !== image || one.chart !== chart);
  if (others.length === 0) return [];
  const { stage, place, action } = about(name, evidence);
  const found = `${renderOther({ image, chart }, others[0])}, which ${stage} was not deployed with`;
  return [{ code: "source-not-deployed", place, found, expected: renderDeployed(others[0], { image, chart }), action }];
}

function renderDeployed(deployed: WrittenPin | undefined, written: WrittenPin): string {
  return deployed === undefined
    ? "a version that was deployed"
    : `what was deployed: ${renderOther(deployed, written)}`;
}

/** Image, chart or both: only what the two do not have in common. */
function renderOther({ image, chart }: WrittenPin, other: WrittenPin | undefined): string {
  return [...(image === other?.image ? [] : [image]), ...(chart === other?.chart ? [] : [chart])].join("\nfrom ");
}

/** The statement that program and pack verified when it was deployed must still be the last word about it. */
function refuseOtherStatement(
  name: string,
  { statement }: DeployedVersion,
  evidence: SourceEvidence,
): readonly Refusal[] {
  const chain = evidence.chains.get(name);
  if (chain?.kind === "broken") return chain.refusals;
  const newest = chain === undefined ? undefined : tailOf(chain.links).statement;
  if (newest !== undefined && newest.digest === statement) return evidence.takenBack.get(newest.digest) ?? [];
  const { stage, action } = about(name, evidence);
  const under = statement === undefined ? "under no statement" : `under the statement ${shortDigest(statement)}`;
  const place = newest === undefined ? about(name, evidence).place : { file: newest.file, path: name };
  const expected =
    newest === undefined ? `a statement about ${name}` : `under the newest, ${shortDigest(newest.digest)}`;
  return [
    { code: "source-statement-differs", place, found: `${name}, deployed to ${stage} ${under}`, expected, action },
  ];
}

function about(name: string, { definition, placeOf }: SourceEvidence) {
  const stage = definition.name;
  const place = placeOf(["config", "lockstep:pins", name]);
  return { stage, place, action: `deploy ${stage} first: pulumi up --stack ${stage}; or take the change back` };
}
