import assert from "node:assert/strict";
import fc from "fast-check";
import { application } from "../../src/model/application.ts";
import { foreignChart } from "../../src/model/chart.ts";
import { catalogueOf, DIGEST, stageOf, stackFileOf, STACK_FILE, withText } from "./sample-stage.ts";
import { toStage, type StageApplication } from "../../src/model/stage.ts";

function applicationOf(text: string, name: string): StageApplication {
  const found = stageOf(text).applications.find(({ application: { name: other } }) => other === name);
  assert.ok(found !== undefined);
  return found;
}

describe("toStage", () => {
  it("joins catalogue, pin and settings", () => {
    const rest: Partial<StageApplication> = { ...applicationOf(STACK_FILE, "appointments") };
    delete (rest as { application?: unknown }).application;
    delete (rest as { pin?: unknown }).pin;
    const resources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } };
    const { secretsDigest } = rest;
    assert.match(secretsDigest ?? "", /^sha256:/);
    assert.deepEqual(rest, {
      namespace: "ehealth-inttest",
      hosts: [],
      secretNames: ["DATABASE_URL", "QUEUE_URL"],
      secretName: "appointments-secrets",
      secretsDigest,
      values: {
        replicas: 3,
        image: DIGEST,
        probe: "/ready",
        env: { LOG_LEVEL: "debug", REGION: "eu" },
        hosts: [],
        secretsDigest,
        timeout: 300,
      },
      migrates: true,
      protect: false,
      rolloutSeconds: 300,
      migrationSeconds: 600,
      env: { LOG_LEVEL: "debug", REGION: "eu" },
      resources,
      dnsTarget: "gateway.example.com",
      after: [],
    });
  });

  it("names namespaces after the stage, and labels those that it makes", () => {
    const { namespaces } = stageOf(STACK_FILE);
    const labels = { "lockstep.dev/project": "platform", "lockstep.dev/stage": "inttest" };
    assert.deepEqual(
      namespaces.map(({ name, create, labels: own, quota }) => ({ name, create, labels: own, quota })),
      [
        { name: "ehealth-inttest", create: true, labels: { ...labels, team: "ehealth" }, quota: { pods: "50" } },
        { name: "platform-inttest", create: true, labels, quota: undefined },
      ],
    );
  });

  it("takes the name of a namespace that is somebody else's", () => {
    const text = withText("ehealth: { ", "ehealth: { name: theirs, create: false, ");
    const [namespace] = stageOf(text).namespaces;
    assert.equal(namespace?.name, "theirs");
    assert.equal(namespace.create, false);
    assert.equal(applicationOf(text, "appointments").namespace, "theirs");
  });

  it("changes the digest of the secrets with every ciphertext, and never shows one", () => {
    const before = applicationOf(STACK_FILE, "appointments");
    const after = applicationOf(withText("v1:queue-ciphertext", "v1:other"), "appointments");
    assert.notEqual(before.secretsDigest, after.secretsDigest);
    assert.ok(!JSON.stringify(before).includes("ciphertext"));
  });

  it("lays a stage's raw values over the catalogue's, mapping by mapping", () => {
    assert.deepEqual(applicationOf(STACK_FILE, "status-page").values, {
      title: "Status",
      cache: { size: 2, kind: "memory" },
    });
  });

  it("does not migrate a database that a later version took further", () => {
    assert.equal(
      applicationOf(withText("{ appointments: 14 }", "{ appointments: 15 }"), "appointments").migrates,
      false,
    );
    assert.equal(applicationOf(STACK_FILE, "portal").migrates, false);
  });

  it("lets a stage's own protect and timeout win", () => {
    const text = withText("replicas: 3", "replicas: 3\n      protect: true\n      timeout: 90s");
    const { protect, rolloutSeconds } = applicationOf(text, "appointments");
    assert.deepEqual({ protect, rolloutSeconds }, { protect: true, rolloutSeconds: 90 });
  });

  it("says why an application is absent", () => {
    const { absent } = stageOf("config:\n  lockstep:settings: { portal: { enabled: false } }\n");
    assert.deepEqual(
      [...absent],
      [
        ["appointments", "not pinned"],
        ["portal", "disabled"],
        ["status-page", "not pinned"],
      ],
    );
  });

  it("rolls every application out after those that it names, where the stage has them", () => {
    const size = 8;
    // Edges from a later to an earlier place of a permutation: every order without circles.
    const orders = fc.record({
      names: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => `n${index}`),
        { minLength: size },
      ),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 15 }),
      absent: fc.subarray(Array.from({ length: size }, (_, index) => `n${index}`)),
    });
    fc.assert(
      fc.property(orders, ({ names, edges, absent }) => {
        const after = (place: number): string[] =>
          edges.flatMap(([left, right]) =>
            Math.max(left, right) === place && left !== right ? [names[Math.min(left, right)] ?? ""] : [],
          );
        const all = names.map((name, place) =>
          application({ name, chart: foreignChart("any"), raw: () => ({}), after: after(place) }),
        );
        const pins = names.filter((name) => !absent.includes(name));
        const text = pins
          .map((name) => `    ${name}: { image: "r.io/a:1@${DIGEST}", chart: "oci://r.io/any:1@${DIGEST}" }\n`)
          .join("");
        const stage = toStage({
          project: "p",
          stage: "s",
          catalogue: catalogueOf(...all),
          stackFile: stackFileOf(`config:\n  lockstep:pins:\n${text}`),
        });
        const order = stage.applications.map(({ application: { name } }) => name);
        assert.deepEqual(order.toSorted(), pins.toSorted());
        for (const { application: one, after: earlier } of stage.applications) {
          assert.deepEqual(
            earlier,
            (one.after ?? []).filter((name) => pins.includes(name)),
          );
          for (const name of earlier) assert.ok(order.indexOf(name) < order.indexOf(one.name));
        }
      }),
    );
  });
});
