import { didYouMean } from "../../model/nearest.ts";
import { accepted, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { refuseOtherCluster } from "../cluster.ts";
import { refuseRenamedStack } from "../coverage/deployed.ts";
import { refuseNotDeployed } from "./deployed-as-written.ts";
import { refuseUnhealthy } from "./healthy.ts";
import { changesAmong, refuseLastUpdate } from "./last-update.ts";
import { refuseUnsoaked, soakStart, type SoakRule } from "./soak.ts";
import type { ProvenApplication, SourceEvidence, StageProof } from "./source-evidence.ts";

/**
 * Decides what a stage proves: that its last update succeeded and deployed what its files say, that this runs now and
 * is healthy, and that it has done so long enough.
 * @param names of applications; undefined: every one that runs there
 */
export function proveStage(evidence: SourceEvidence, names: readonly string[] | undefined, rule: SoakRule): StageProof {
  const stage = evidence.definition.name;
  const [last] = changesAmong(evidence.history);
  const asked = [...new Set(names ?? evidence.written.keys())];
  return {
    stage,
    refusals: [
      ...refuseRenamedStack(stage, evidence.deployed.stage),
      ...refuseLastUpdate(stage, last),
      ...refuseCluster(evidence),
    ],
    applications: new Map(asked.map((name) => [name, proveApplication(name, evidence, rule)])),
    update: last === undefined ? undefined : { version: last.version, time: last.startTime, result: last.result },
  };
}

function proveApplication(name: string, evidence: SourceEvidence, rule: SoakRule): Outcome<ProvenApplication> {
  const written = evidence.written.get(name);
  if (written === undefined) return refused([refuseAbsent(name, evidence)]);
  const notDeployed = refuseNotDeployed(name, written, evidence);
  // Of another version's health and time there is nothing to say.
  if (notDeployed.length > 0) return refused(notDeployed);
  const start = soakStart(name, written, evidence);
  const refusals = [
    ...refuseUnhealthy(name, written.pin, evidence),
    ...(start === undefined ? [refuseUnknownStart(name, evidence)] : refuseUnsoaked(name, start, rule, evidence)),
  ];
  if (refusals.length > 0 || start === undefined) return refused(refusals);
  const { statement } = evidence.deployed.applications.get(name) ?? {};
  return accepted({ ...written, name, soak: start, statement: evidence.definition.gated ? statement : undefined });
}

function refuseAbsent(name: string, { definition, absent, written, placeOf }: SourceEvidence): Refusal {
  const reason = absent.get(name);
  const stage = definition.name;
  const place = placeOf(["config", "lockstep:pins", name]);
  if (reason === undefined) {
    const known = [...written.keys(), ...absent.keys()];
    const found = `no application ${name}${didYouMean(name, known)}`;
    const expected = `one of ${known.toSorted().join(", ")}`;
    return { code: "unknown-application", place: { path: name }, found, expected, action: "correct the name" };
  }
  const found = `${name} does not run in ${stage}: it is ${reason}`;
  const action = `deploy a version of it in ${stage} first`;
  return { code: "not-in-source", place, found, expected: `a version of ${name} that ${stage} has proven`, action };
}

/** After a failed update of this version alone, or of a part of the stage. */
function refuseUnknownStart(name: string, { definition }: SourceEvidence): Refusal {
  const stage = definition.name;
  return {
    code: "source-never-whole",
    place: { path: `${name} in ${stage}` },
    found: `no update of all of ${stage} with this version that succeeded`,
    expected: `at least one, from which on ${name} runs as it is`,
    action: `deploy ${stage}: pulumi up --stack ${stage}`,
  };
}

/** The cluster that is looked at must be the one that the stage was deployed to. */
function refuseCluster(evidence: SourceEvidence): readonly Refusal[] {
  const { definition, clusterUid: uid, deployed, stagesFile, placeOf } = evidence;
  const place = placeOf(["config", "lockstep:cluster", "context"]);
  const other = refuseOtherCluster({ definition, uid, uidBefore: deployed.clusterUid, place, stagesFile });
  if (other.length > 0 || deployed.clusterUid === undefined || deployed.clusterUid === uid) return other;
  return [
    {
      code: "other-cluster",
      place,
      found: `the cluster ${uid}`,
      expected: `the cluster ${deployed.clusterUid}, which ${definition.name} was last deployed to`,
      action: `deploy ${definition.name} where ${stagesFile} has it: pulumi up --stack ${definition.name}`,
    },
  ];
}
