import {
  countChanges,
  type DeploymentPlan,
  type PlannedApplication,
} from "../../delivery/deployment/deployment-plan.ts";
import type { FailedApplication } from "../../delivery/deployment/failed-applications.ts";
import type { Json } from "../../model/json.ts";
import { renderBriefly } from "../../model/refusal.ts";
import type { ApplicationRollout, RolloutProblem } from "../../model/rollout.ts";
import { driftedToJson } from "../drift/drift-json.ts";
import type { CarriedOut } from "./carry-out.ts";
import type { DeployResult } from "./deploy-stage.ts";
import type { MadeUp } from "./missing-checks.ts";

/** For programs. */
export interface DeployReport {
  readonly plan: DeploymentPlan;
  readonly ended: DeployResult["ended"];
  /** Undefined: no update was begun. */
  readonly done: CarriedOut | undefined;
  /** Undefined: there was something to deploy. */
  readonly made: MadeUp | undefined;
  readonly rolledBack: Json;
}

export function deployToJson({ plan, ended, done, made, rolledBack }: DeployReport): Json {
  const rollouts = new Map(done?.updated.rollouts.map((rollout) => [rollout.application, rollout]));
  return {
    stage: plan.stage,
    ended,
    update: done === undefined ? null : updateToJson(done),
    applications: plan.applications.map((one) => applicationToJson(one, rollouts.get(one.name))),
    shared: { ...countChanges(plan.shared) },
    drift: plan.drift.map(driftedToJson),
    failed: (done?.failed ?? made?.failed ?? []).map(failedToJson),
    checks:
      made === undefined
        ? null
        : { passed: [...made.passed], unchecked: [...made.unchecked], notReady: made.spoiled.map(failedToJson) },
    rolledBack,
  };
}

function updateToJson({ updated: { message, startedMs, endedMs, run, unjudged } }: CarriedOut): Json {
  const errors = run.diagnostics.flatMap(({ severity, message: said }) => (severity === "error" ? [said] : []));
  return {
    message,
    started: timeText(startedMs),
    ended: timeText(endedMs),
    errors,
    unjudged: unjudged.map((one) => renderBriefly([one])),
  };
}

function failedToJson({ name, problems }: FailedApplication): Json {
  return { name, problems: problems.map(problemToJson) };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function applicationToJson(
  { name, before, after, otherwise, migration, counts, changes }: PlannedApplication,
  rollout: ApplicationRollout | undefined,
): Json {
  return {
    name,
    image: { before: before?.image ?? null, after: after?.image ?? null },
    chart: { before: before?.chart ?? null, after: after?.chart ?? null },
    settings: otherwise,
    migration: migration === undefined ? null : { level: migration.level ?? null },
    changes: { ...counts },
    objects: changes.map(({ type, name: object, operation, fields }) => ({
      ...{ type, name: object, operation },
      fields: [...fields],
    })),
    rollout: rollout === undefined ? null : rolloutToJson(rollout),
  };
}

/** How a roll-out stands, for programs. */
export function rolloutToJson({ workloads, done, problems }: ApplicationRollout): Json {
  return {
    done,
    workloads: workloads.map(({ kind, namespace, name, ready, wanted }) => ({ kind, namespace, name, ready, wanted })),
    problems: problems.map(problemToJson),
  };
}

function problemToJson({ code, object, text, log }: RolloutProblem): Json {
  return { code, object, text, log: [...log] };
}
