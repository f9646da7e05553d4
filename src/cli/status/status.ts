import { readProjectName } from "../../adapters/project-name.ts";
import { Slots } from "../../adapters/slots.ts";
import { readDeployedStage } from "../../adapters/stack-outputs.ts";
import { loadCommonParts, stagesPath } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import type { StageFacts } from "../../delivery/status/stage-facts.ts";
import { inGraphOrder, withSources } from "../../delivery/status/stage-order.ts";
import { toStatusReport, type StageRead, type StatusReport } from "../../delivery/status/status-report.ts";
import { findApplication } from "../../model/catalogue.ts";
import type { DeployedStage } from "../../model/deployed-stage.ts";
import { combine, combineAll, orThrow, type Outcome } from "../../model/refusal.ts";
import { findStage } from "../../model/stages.ts";
import { AskedClusters } from "./cluster-holds.ts";
import { readStage } from "./read-stage.ts";

export interface StatusCall {
  /** Empty: all. */
  readonly stages: readonly string[];
  /** Empty: all. */
  readonly applications: readonly string[];
  readonly verify: boolean;
  /** Whether the engine is asked what runs, and the cluster which versions it holds. */
  readonly deployed: boolean;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** An engine each. */
const MAX_ENGINES = 4;

/** Reads stage after stage. @throws RefusalError (2) where nothing can be shown, or something else was asked for */
export async function status(call: StatusCall): Promise<StatusReport> {
  const common = await loadCommonParts();
  const { project, catalogue, trust } = orThrow(combine({ project: await readProjectName(), ...common }), 2);
  const { stages, names } = orThrow(
    combine({
      stages: combineAll(call.stages.map((name) => findStage(trust.stages, name, displayPath(stagesPath())))),
      names: combineAll(call.applications.map((name) => findApplication(catalogue, name))),
    }),
    2,
  );
  const ordered = inGraphOrder(trust.stages);
  const asked = new Set((stages.length > 0 ? stages : ordered).map(({ name }) => name));
  const shown = ordered.filter(({ name }) => asked.has(name));
  const wanted = names.length > 0 ? new Set(names.map(({ name }) => name)) : undefined;
  const applications = [...catalogue.keys()].filter((name) => wanted?.has(name) ?? true).toSorted();
  const { nowMs, verify, signal } = call;
  const running = call.deployed ? askEngine([...asked], signal) : new Map<string, Promise<Outcome<DeployedStage>>>();
  const clusters = new AskedClusters(signal);
  const reads = new Map<string, StageRead>();
  const needed = withSources(shown);
  for (const definition of ordered.filter(({ name }) => needed.has(name))) {
    signal.throwIfAborted();
    const { name } = definition;
    // Of a source that is not shown, only its versions count.
    const request = { project, definition, common, names: applications, nowMs, verify: verify && asked.has(name) };
    const onLoaded = call.deployed && asked.has(name) ? { onLoaded: clusters.ask } : {};
    reads.set(name, await readStage({ ...request, ...onLoaded, deployed: await running.get(name) }));
  }
  for (const [name, read] of reads) reads.set(name, await clusters.addTo(name, read));
  return toStatusReport({
    stages: shown.flatMap(({ name }) => reads.get(name) ?? []),
    facts: new Map<string, StageFacts>(
      [...reads].flatMap(([name, read]) => (read.kind === "read" ? [[name, read.facts] as const] : [])),
    ),
    names: applications,
    verified: verify,
    nowMs,
  });
}

function askEngine(
  stages: readonly string[],
  signal: AbortSignal,
): ReadonlyMap<string, Promise<Outcome<DeployedStage>>> {
  const slots = new Slots(MAX_ENGINES);
  const asked = stages.map((stage) => {
    const answer = slots.use(() => readDeployedStage(stage, signal));
    // It is waited for when its stage is read; until then nobody else looks at a failure.
    answer.catch(() => undefined);
    return [stage, answer] as const;
  });
  return new Map(asked);
}
