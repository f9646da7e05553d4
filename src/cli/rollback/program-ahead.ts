import { fetchCharts } from "../../adapters/charts.ts";
import { readCluster } from "../../adapters/cluster.ts";
import { stagesPath, type LoadedStage } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { checkCoverage } from "../../coverage.ts";
import { refuseForeignNamespaces, refuseOtherCluster } from "../../delivery/cluster.ts";
import { refuseLooserTrust } from "../../delivery/coverage/deployed.ts";
import { refuseRevokedVersions } from "../../delivery/coverage/revoked.ts";
import { refuseLostPins } from "../../delivery/removals.ts";
import type { DeployedStage } from "../../model/deployed-stage.ts";
import { refusalsOf, type Outcome, type Refusal } from "../../model/refusal.ts";
import { checkPinSignatures } from "../../pin-signatures.ts";
import type { AheadQuestion } from "./deploy-ahead.ts";

export interface ProgramQuestion extends AheadQuestion {
  /** The stage as the rollback leaves it, without those that go back: these were judged by the plan. */
  readonly rest: LoadedStage;
  readonly deployed: Outcome<DeployedStage>;
}

/** What the program would refuse (src/preconditions.ts), as far as it can be asked without an engine. */
export async function checkProgramAhead(question: ProgramQuestion): Promise<readonly Refusal[]> {
  const { rest, after, deployed } = question;
  const charts = fetchCharts(
    after.stage.applications.map(({ pin }) => pin.chart),
    { signal: question.signal },
  );
  const asked = await Promise.all([askCluster(question), charts.then(refusalsOf), askRecord(question)]);
  const { trust, source } = rest;
  const placeOf = (name: string) => source.placeOf(["config", "lockstep:pins", name]);
  const revoked = refuseRevokedVersions(rest.stage.applications, trust.revocations, placeOf);
  const lost =
    deployed.kind === "refused"
      ? []
      : refuseLostPins(
          [...deployed.value.applications].map(([name, { image }]) => ({ name, image })),
          after.stage,
          placeOf,
        );
  return [...asked.flat(), ...revoked, ...lost];
}

async function askCluster({ inputs, after, deployed }: ProgramQuestion): Promise<readonly Refusal[]> {
  const { access, definition } = inputs;
  if (access === undefined) return [];
  const { namespaces } = after.stage;
  const names = namespaces.map(({ name }) => name);
  const facts = await readCluster(access.context, names, access.place, access.signal);
  if (facts.kind === "refused") return facts.refusals;
  const uidBefore = deployed.kind === "accepted" ? deployed.value.clusterUid : undefined;
  const where = inputs.loaded.source.placeOf(["config", "lockstep:namespaces"]);
  const stagesFile = displayPath(stagesPath());
  return [
    ...refuseOtherCluster({ definition, uid: facts.value.uid, uidBefore, place: access.place, stagesFile }),
    ...refuseForeignNamespaces(namespaces, facts.value.namespaces, where),
  ];
}

/** In a gated stage: statements, approvals and signatures of what comes along, and whether trust went back. */
async function askRecord({ plan, after, rest, deployed, nowMs }: ProgramQuestion): Promise<readonly Refusal[]> {
  const { definition, trust } = rest;
  // Without an anchor nobody's signatures count, which is refused by itself.
  if (!definition.gated || trust.root === undefined || deployed.kind === "refused") return [];
  const before = { gated: true, root: deployed.value.root, statements: deployed.value.statements };
  const [coverage, signatures] = await Promise.all([
    checkCoverage({ ...after, source: rest.source }, { ...before, nowMs }),
    checkPinSignatures(rest),
  ]);
  const own = new Set(plan.applications.map(({ name }) => name));
  // Of those that go back, the statement is still to be written.
  const uncovered = [...coverage.applications].flatMap(([name, refusals]) => (own.has(name) ? [] : refusals));
  return [
    ...refuseLooserTrust(plan.stage, definition.gated, trust.root, before),
    ...coverage.stage,
    ...uncovered,
    ...signatures,
  ];
}
