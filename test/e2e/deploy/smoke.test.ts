import assert from "node:assert/strict";
import { run } from "../../../src/adapters/processes.ts";
import { webService } from "../../../src/applications/charts/web-service.ts";
import { planSmoke } from "../../../src/delivery/rollout/smoke-plan.ts";
import { application, type Application } from "../../../src/model/application.ts";
import type { SmokeCheck } from "../../../src/model/smoke-check.ts";
import { parseStackFile } from "../../../src/model/stack-file.ts";
import { toStage } from "../../../src/model/stage.ts";
import { parseYamlSource } from "../../../src/model/yaml-source.ts";
import { runSmokeChecks, type SmokeFailure, type SmokeProgress } from "../../../src/smoke-checks.ts";
import { standInForPods } from "../../adapters/rollout/stand-in-for-pods.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded } from "../outcomes.ts";
import { inSandbox } from "./sandbox-access.ts";

const never = new AbortController().signal;

describe("smoke checks", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make({ pack: false });
    for (const name of ["patients", "portal"]) await clone.settings(name, { enabled: false });
    await clone.pinned("appointments", "1.4.2");
    succeeded(await clone.up());
  });
  after(() => clone.remove());

  /** The sample application with these checks, as the clone's stack file has it now. */
  async function stageWith(checks: readonly SmokeCheck<"DATABASE_URL" | "QUEUE_URL">[]) {
    const appointments: Application = application({
      ...{ name: "appointments", namespace: "ehealth", chart: webService, ports: { http: 8080 } },
      secrets: ["DATABASE_URL", "QUEUE_URL"],
      migration: { command: ["migrate", "up"] },
      probes: { liveness: "/health/live", readiness: "/health/ready" },
      smoke: checks,
    });
    const source = parseYamlSource("Pulumi.inttest.yaml", await clone.read());
    assert.ok(source.kind === "accepted");
    const { stackFile } = parseStackFile(source.value);
    const catalogue = new Map([["appointments", appointments]]);
    return { stage: toStage({ project: "lockstep", stage: "inttest", catalogue, stackFile }), stackFile };
  }

  async function check(
    checks: Parameters<typeof stageWith>[0],
    { signal = never, onProgress = () => undefined }: Partial<Parameters<typeof runSmokeChecks>[0]> = {},
  ): Promise<readonly SmokeFailure[]> {
    const stage = await stageWith(checks);
    return inSandbox((access) => runSmokeChecks({ stage, names: ["appointments"], access, onProgress, signal }));
  }

  async function smokeJobs(): Promise<readonly string[]> {
    const selector = ["--selector", "app.kubernetes.io/component=smoke"];
    const names = await clone.kubectl("get", "jobs", "--namespace", clone.namespace, ...selector, "--output", "name");
    return names.split("\n").filter((name) => name !== "");
  }
  afterEach("no Job of a check is left", async () => {
    assert.deepEqual(await smokeJobs(), []);
  });

  it("of an application that declares none pass", async () => {
    assert.deepEqual(await check([]), []);
  });

  it("over HTTP go where the stage says, and pass at the good answer", async () => {
    await using pods = await standInForPods((response) => response.end("ok"));
    await clone.settings("appointments", { smokeUrl: `${pods.url}/base/` });
    assert.deepEqual(await check([{ http: { path: "/health/ready" } }]), []);
    assert.deepEqual(pods.asked, ["/base/health/ready"]);
  });

  it("over HTTP fail at another answer, and the others are asked all the same", async () => {
    await using pods = await standInForPods((response, { url }) => {
      response.writeHead(url === "/good" ? 200 : 500, { "content-type": "text/plain" }).end("no database\n");
    });
    await clone.settings("appointments", { smokeUrl: pods.url });
    const progress: SmokeProgress[] = [];
    const failures = await check([{ http: { path: "/bad", within: "1s" } }, { http: { path: "/good" } }], {
      onProgress: (seen) => progress.push(seen),
    });
    assert.deepEqual(
      failures.map(({ application, code, object, log }) => ({ application, code, object, log })),
      [
        {
          ...{ application: "appointments", code: "smoke-failed", object: `GET ${pods.url}/bad` },
          log: ["no database"],
        },
      ],
    );
    assert.deepEqual(
      progress.map(({ check, state }) => `${check} ${state}`),
      ["GET /bad running", "GET /bad failed", "GET /good running", "GET /good passed"],
    );
  });

  it("by a Job pass where its command ends well", async () => {
    assert.deepEqual(await check([{ job: { command: ["smoke", "--quick"], secrets: ["QUEUE_URL"] } }]), []);
  });

  it("by a Job take no Job that a killed run left behind for theirs", async () => {
    const checks = [{ job: { command: ["smoke"] } }] as const;
    const { stage, stackFile } = await stageWith(checks);
    const [planned] = planSmoke(stage, stackFile, ["appointments"]);
    assert.ok(planned?.kind === "job");
    const input = JSON.stringify(planned.manifest);
    await run(clone.sandbox.tools.paths.kubectl, ["create", "--filename", "-"], { input, env: clone.env });
    assert.equal((await smokeJobs()).length, 1);
    assert.deepEqual(await check(checks), []);
  });

  it("by a Job go with an interruption", async () => {
    const controller = new AbortController();
    const checking = check([{ job: { command: ["smoke"] } }], {
      signal: controller.signal,
      onProgress: ({ state }) => {
        if (state === "running") controller.abort();
      },
    });
    await assert.rejects(checking);
  });

  it("by a Job fail where its command does, with the reason", async () => {
    await clone.pinned("appointments", "1.4.3-job-fail");
    // Its migration fails as well; the cluster lists the image, so that the Job may run.
    refused(await clone.up(), ["appointments-migrate-"]);
    const failures = await check([{ job: { command: ["smoke"] } }]);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ["smoke-failed"],
    );
    assert.match(failures[0]?.object ?? "", /^Job\/appointments-smoke-[0-9a-f]{10}$/);
    assert.match(failures[0]?.text ?? "", /BackoffLimitExceeded.*exit code 1/);
  });

  it("by a Job fail where the cluster refuses its image", async () => {
    await clone.pinned("appointments", "1.4.1");
    const failures = await check([{ job: { command: ["smoke"], within: "3s" } }]);
    assert.equal(failures.length, 1);
    assert.match(failures[0]?.text ?? "", /the cluster refuses/);
  });
});
