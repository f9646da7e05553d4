import type { Cell, StageColumn, StatusReport } from "../../delivery/status/status-report.ts";
import type { ActiveHold } from "../../model/holds.ts";

/** Everything, for programs: digests and reasons too. */
export function statusToJson({ verified, stages, applications }: StatusReport) {
  return {
    verified,
    stages: stages.map(stageToJson),
    applications: applications.map(({ name, cells }) => ({
      name,
      stages: Object.fromEntries(
        cells.flatMap((cell, index) => {
          const stage = stages[index];
          return stage === undefined ? [] : [[stage.definition.name, cellToJson(cell)]];
        }),
      ),
    })),
  };
}

function stageToJson({ definition, refusals, against, holds, notes }: StageColumn) {
  const { name, from, routes, gated } = definition;
  return {
    name,
    from,
    routes,
    gated,
    read: refusals.length === 0,
    refusals,
    against,
    holds: holds.map(holdToJson),
    notes,
  };
}

function cellToJson(cell: Cell) {
  const { state, pin, age, schemaLevel, behind, sources, coverage, holds, clusterHolds, deployed } = cell;
  return {
    state,
    version: pin?.version ?? null,
    image: pin?.image ?? null,
    chart: pin?.chart ?? null,
    revision: pin?.revision ?? null,
    created: pin?.createdMs === undefined ? null : new Date(pin.createdMs).toISOString(),
    age: age === undefined ? null : { since: age.since, seconds: Math.floor(age.ms / 1000) },
    schemaLevel: schemaLevel ?? null,
    behind: behind ?? null,
    ...{ sources, coverage },
    holds: holds.map(holdToJson),
    clusterHolds: clusterHolds.map(({ image, reference, reason, by, sinceMs }) => ({
      ...{ image, reference, reason, by, since: new Date(sinceMs).toISOString() },
    })),
    deployed: deployed === undefined ? null : { kind: deployed.kind, version: deployed.version ?? null },
  };
}

function holdToJson({ on, reason, by, untilMs, images }: ActiveHold) {
  const until = untilMs === undefined ? null : new Date(untilMs).toISOString();
  return { on, reason, by: by ?? null, until, images: images ?? null };
}
