import assert from "node:assert/strict";
import { planSmoke, type PlannedSmoke } from "../../../src/delivery/rollout/smoke-plan.ts";
import type { SmokeCheck } from "../../../src/model/smoke-check.ts";
import { applications, catalogueOf, stackFileOf, STACK_FILE, stageOf, withText } from "../../model/sample-stage.ts";

const HTTP: SmokeCheck = { http: { path: "/ready" } };
const JOB: SmokeCheck = { job: { command: ["smoke"] } };

function catalogueWith(smoke: Readonly<Record<string, readonly SmokeCheck[]>>) {
  return catalogueOf(...applications.map((one) => ({ ...one, smoke: smoke[one.name] ?? [] })));
}

function planned(
  smoke: Readonly<Record<string, readonly SmokeCheck[]>>,
  { text = STACK_FILE, names = Object.keys(smoke) } = {},
): readonly PlannedSmoke[] {
  return planSmoke(stageOf(text, catalogueWith(smoke)), stackFileOf(text), names);
}

/** As the cluster gets it. */
function jobOf(smoke: readonly SmokeCheck[], application = "appointments", text = STACK_FILE) {
  const [job] = planned({ [application]: smoke }, { text });
  assert.ok(job?.kind === "job");
  return job;
}

describe("planSmoke", () => {
  it("sends HTTP checks to the first host, or where the settings say", () => {
    const [first] = planned({ portal: [HTTP] });
    assert.deepEqual(first, {
      ...{ kind: "http", application: "portal", check: "GET /ready", withinSeconds: 30 },
      ...{ url: "https://portal.example.com/ready", status: 200 },
    });
    const text = withText("      hosts: [portal", "      smokeUrl: http://127.0.0.1:8080/x\n      hosts: [portal");
    assert.deepEqual(
      planned({ portal: [HTTP] }, { text }).map((check) => check.kind === "http" && check.url),
      ["http://127.0.0.1:8080/x/ready"],
    );
  });

  it("plans the checks of the named applications alone", () => {
    const smoke = { portal: [HTTP], appointments: [JOB, JOB] };
    assert.deepEqual(
      planned(smoke, { names: ["appointments"] }).map(({ application }) => application),
      ["appointments", "appointments"],
    );
  });

  it("gives each Job of a version a name of its own, which the same run of it has again", () => {
    const names = planned({ appointments: [JOB, JOB] }).map((check) => check.kind === "job" && check.name);
    assert.equal(new Set(names).size, 2);
    assert.deepEqual(
      planned({ appointments: [JOB, JOB] }).map((check) => check.kind === "job" && check.name),
      names,
    );
    assert.match(String(names[0]), /^appointments-smoke-[0-9a-f]{10}$/);
  });

  it("runs the pinned image once, with no more rights than the application, and lets it go by itself", () => {
    const { manifest, namespace } = jobOf([{ job: { command: ["smoke"], within: "20s" } }]);
    const text = JSON.stringify(manifest);
    assert.equal(namespace, "ehealth-inttest");
    for (const part of [
      ...['"backoffLimit":0', '"activeDeadlineSeconds":20', '"runAsNonRoot":true', '"drop":["ALL"]'],
      ...['"ttlSecondsAfterFinished":600', "appointments:1.4.2@sha256:", '"automountServiceAccountToken":false'],
    ])
      assert.ok(text.includes(part), part);
  });

  it("gives a Job the secrets that it names, else all of the application", () => {
    const keys = (check: SmokeCheck) =>
      [...JSON.stringify(jobOf([check]).manifest).matchAll(/"key":"(\w+)"/g)].map(([, key]) => key);
    assert.deepEqual(keys(JOB), ["DATABASE_URL", "QUEUE_URL"]);
    assert.deepEqual(keys({ job: { command: ["smoke"], secrets: ["QUEUE_URL"] } }), ["QUEUE_URL"]);
    assert.deepEqual(keys({ job: { command: ["smoke"], secrets: [] } }), []);
  });

  it("labels no pod so that a Service of the application would send it requests", () => {
    assert.ok(!JSON.stringify(jobOf([JOB]).manifest).includes("app.kubernetes.io/name"));
  });
});
