import { availableParallelism } from "node:os";
import { checkCoverage } from "../../coverage.ts";
import { readProjectName } from "../../adapters/project-name.ts";
import { Slots } from "../../adapters/slots.ts";
import { loadStage, readUnverifiedStages, stagesPath, type LoadedStage } from "../../adapters/stage-loader.ts";
import { loadTrust } from "../../adapters/trust/load-trust.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { accepted, orThrow, RefusalError, refusalsOf, type Outcome, type Refusal } from "../../model/refusal.ts";
import { findStage } from "../../model/stages.ts";
import type { Trust } from "../../model/trust/trust.ts";
import { ChartPulls } from "./chart-pulls.ts";
import { skipped, timed, type CheckResult } from "./check-result.ts";
import { checkHistory } from "./history-check.ts";
import { checkEvents, checkPolicies } from "./policy-check.ts";

export interface CheckCall {
  /** Empty: all. */
  readonly stages: readonly string[];
  readonly base: string | undefined;
  /** The event log of a run elsewhere: then it alone is judged. */
  readonly events: string | undefined;
  /** @default the pack beside the running code */
  readonly policyPack: string | undefined;
  readonly signal: AbortSignal;
  /** Told of each thing that was looked at, as it ends. */
  readonly onResult: (result: CheckResult) => void;
}

/** An engine, a provider, a pack and a program each: half a gigabyte. */
const MAX_PREVIEWS = 4;

/** Everything that can be decided without a cluster. @throws RefusalError (2) where it cannot be looked at as asked */
export async function check(call: CheckCall): Promise<readonly CheckResult[]> {
  const [project, trust] = await Promise.all([readProjectName().then((name) => orThrow(name, 2)), loadTrust()]);
  const stages = await stageNames(call.stages, trust);
  const results =
    call.events === undefined ? checkAll(project, stages, call, trust) : checkRun(project, stages, call, call.events);
  return (await results).toSorted((left, right) => order(left, stages) - order(right, stages));
}

async function checkAll(
  project: string,
  stages: readonly string[],
  call: CheckCall,
  trust: Outcome<Trust>,
): Promise<readonly CheckResult[]> {
  const report = reporter(call);
  const known = trust.kind === "accepted" ? trust.value : undefined;
  const trusted = report(timed("trust", undefined, () => Promise.resolve({ refusals: refusalsOf(trust) })));
  const history = report(timed("history", undefined, () => checkHistory({ ...call, trust: known })));
  const charts = new ChartPulls(call.signal);
  const slots = new Slots(Math.min(MAX_PREVIEWS, availableParallelism()));
  const inStages = stages.map(async (stage) =>
    checkStage({ project, stage, call, report, charts, slots, trust: refusalsOf(trust) }),
  );
  // All end before this does: nothing goes on behind the caller's back.
  const ends = await Promise.allSettled([trusted, history, ...inStages]);
  return ends.flatMap((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}

interface StageCheck {
  readonly project: string;
  readonly stage: string;
  readonly call: CheckCall;
  readonly report: Report;
  readonly charts: ChartPulls;
  readonly slots: Slots;
  /** What stands against the trust folder: said once, not for every stage. */
  readonly trust: readonly Refusal[];
}

async function checkStage(request: StageCheck): Promise<readonly CheckResult[]> {
  const { project, stage, call, report, trust } = request;
  let loaded: LoadedStage | undefined;
  const files = await report(
    timed("files", stage, async () => {
      const outcome = await loadStage({ project, stage });
      if (outcome.kind === "accepted") loaded = outcome.value;
      const said = new Set(trust.map((refusal) => JSON.stringify(refusal)));
      return { refusals: refusalsOf(outcome).filter((refusal) => !said.has(JSON.stringify(refusal))) };
    }),
  );
  if (loaded === undefined) {
    const why = trust.length > 0 ? "the trust folder is refused" : "the stage's files are refused";
    const rest = [skipped("coverage", stage, why), skipped("policy", stage, why)];
    rest.forEach(call.onResult);
    return [files, ...rest];
  }
  const known = loaded;
  const [coverage, policy] = await Promise.all([
    report(timed("coverage", stage, () => coverageOf(known))),
    report(timed("policy", stage, () => request.slots.use(() => policyOf(known, request)))),
  ]);
  return [files, coverage, withoutCovered(policy, coverage)];
}

async function coverageOf(loaded: LoadedStage) {
  const { stage, applications } = await checkCoverage(loaded);
  const notes = loaded.definition.gated ? [] : ["no gate: nothing has to be stated"];
  return { refusals: [...stage, ...[...applications.values()].flat()], notes };
}

async function policyOf(loaded: LoadedStage, { project, call, charts }: StageCheck) {
  const chartPaths = await charts.pull(loaded.stage.applications.map(({ pin }) => pin.chart));
  if (chartPaths.kind === "refused") return { refusals: chartPaths.refusals };
  return checkPolicies({
    project,
    loaded,
    chartPaths: chartPaths.value,
    policyPack: call.policyPack,
    signal: call.signal,
  });
}

/** The pack says again, resource by resource, what coverage has said already. */
function withoutCovered(policy: CheckResult, coverage: CheckResult): CheckResult {
  if (coverage.refusals.length === 0) return policy;
  const refusals = policy.refusals.filter(({ code }) => code !== "covered");
  const outcome = refusals.length === 0 && policy.refusals.length > 0 ? "passed" : policy.outcome;
  return { ...policy, refusals, outcome };
}

async function checkRun(
  project: string,
  stages: readonly string[],
  call: CheckCall,
  events: string,
): Promise<readonly CheckResult[]> {
  const [stage, second] = stages;
  if (stage === undefined || second !== undefined) throw new RefusalError([oneStage(stages)], 2);
  const loaded = await loadStage({ project, stage });
  if (loaded.kind === "refused") throw new RefusalError(loaded.refusals, 2);
  const report = reporter(call);
  return [await report(timed("policy", stage, () => checkEvents(events, { project, loaded: loaded.value })))];
}

type Report = (looking: Promise<CheckResult>) => Promise<CheckResult>;

function reporter({ onResult }: CheckCall): Report {
  return async (looking) => {
    const result = await looking;
    onResult(result);
    return result;
  };
}

/** The stages that were named, or all of them. @throws RefusalError (2) for unknown ones */
async function stageNames(named: readonly string[], trust: Outcome<Trust>): Promise<readonly string[]> {
  // A refused trust folder is a result like others: it is said for the stages that it names.
  const stages = trust.kind === "accepted" ? accepted(trust.value.stages) : await readUnverifiedStages();
  if (stages.kind === "refused") throw new RefusalError(stages.refusals, 2);
  const found = named.map((name) => findStage(stages.value, name, displayPath(stagesPath())));
  const refusals = found.flatMap(refusalsOf);
  if (refusals.length > 0) throw new RefusalError(refusals, 2);
  return named.length > 0 ? [...new Set(named)] : [...stages.value.keys()];
}

function order({ stage, check: name }: CheckResult, stages: readonly string[]): number {
  const checks = ["trust", "history", "files", "coverage", "policy"];
  return (stage === undefined ? 0 : stages.indexOf(stage) + 1) * checks.length + checks.indexOf(name);
}

function oneStage(stages: readonly string[]): Refusal {
  return {
    code: "one-stage",
    place: { path: "--events" },
    found: stages.join(", "),
    expected: "the one stage that the events are about",
    action: "npm run check -- <stage> --events <file>",
  };
}
