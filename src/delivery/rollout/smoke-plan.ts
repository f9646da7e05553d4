import { createHash } from "node:crypto";
import type { JsonObject } from "../../model/json.ts";
import { oneShotJobSpec } from "../../model/one-shot-job.ts";
import { smokeName, smokeSeconds, type JobSmoke, type SmokeCheck } from "../../model/smoke-check.ts";
import { smokeUrl } from "../../model/smoke-url.ts";
import type { StackFile } from "../../model/stack-file.ts";
import type { Stage, StageApplication } from "../../model/stage.ts";

interface PlannedCheck {
  readonly application: string;
  /** Such as `GET /health/ready`. */
  readonly check: string;
  readonly withinSeconds: number;
}

export interface PlannedHttp extends PlannedCheck {
  readonly kind: "http";
  readonly url: string;
  readonly status: number;
}

export interface PlannedJob extends PlannedCheck {
  readonly kind: "job";
  readonly namespace: string;
  readonly name: string;
  readonly manifest: JsonObject;
}

export type PlannedSmoke = PlannedHttp | PlannedJob;

/** What Jobs of smoke checks carry: nothing that an application's own objects are selected by. */
const SMOKE_LABELS = { "app.kubernetes.io/managed-by": "lockstep", "app.kubernetes.io/component": "smoke" } as const;
/** One that a killed run left behind goes by itself. */
const SECONDS_TO_KEEP = 600;
const DIGITS = 10;

/** The smoke checks of applications in a stage, each with where it goes, in the order of the catalogue. */
export function planSmoke(
  stage: Pick<Stage, "applications">,
  { settings }: Pick<StackFile, "settings">,
  names: readonly string[],
): readonly PlannedSmoke[] {
  return stage.applications
    .filter(({ application }) => names.includes(application.name))
    .flatMap((running) => {
      const { name, smoke = [] } = running.application;
      const base = settings.get(name)?.smokeUrl ?? `https://${running.hosts[0] ?? ""}`;
      return smoke.map((check, index) => plan(check, index, running, base));
    });
}

function plan(check: SmokeCheck, index: number, running: StageApplication, base: string): PlannedSmoke {
  const { name } = running.application;
  const facts = { application: name, check: smokeName(check), withinSeconds: smokeSeconds(check) };
  if ("http" in check) {
    const { path, status = 200 } = check.http;
    return { kind: "http", ...facts, url: smokeUrl(base, path), status };
  }
  const { namespace, pin } = running;
  const drawn = createHash("sha256").update(JSON.stringify([pin.image.digest, index]));
  const jobName = `${name}-smoke-${drawn.digest("hex").slice(0, DIGITS)}`;
  const manifest = toManifest(jobName, running, check.job, facts.withinSeconds);
  return { kind: "job", ...facts, namespace, name: jobName, manifest };
}

function toManifest(name: string, running: StageApplication, job: JobSmoke, deadlineSeconds: number): JsonObject {
  const labels = { ...SMOKE_LABELS, "lockstep.dev/application": running.application.name };
  const spec = oneShotJobSpec({
    ...{ application: running, name: "smoke", image: running.pin.image, command: job.command },
    ...{ secrets: job.secrets ?? running.secretNames, deadlineSeconds, labels },
  });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: running.namespace, labels },
    // Plain data all through, which an interface cannot say of itself.
    spec: { ...(spec as unknown as JsonObject), ttlSecondsAfterFinished: SECONDS_TO_KEEP },
  };
}
