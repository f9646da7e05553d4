import assert from "node:assert/strict";
import fc from "fast-check";
import { application } from "../../../src/model/application.ts";
import type { Catalogue } from "../../../src/model/catalogue.ts";
import { chart, foreignChart } from "../../../src/model/chart.ts";
import { hexOf, digestOf, isDigest } from "../../../src/model/digest.ts";
import type { Json } from "../../../src/model/json.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { canonicalJson } from "../../../src/model/statements/canonical-json.ts";
import { toDesiredStates } from "../../../src/model/statements/desired-state.ts";
import { toPlainJson } from "../../../src/model/statements/plain-json.ts";
import type { FreeSetting } from "../../../src/model/trust/gate.ts";
import { applications, catalogue, catalogueOf, HEX, stackFileOf, STACK_FILE, webChart, withText } from "../sample-stage.ts";

const DATABASE = { apiVersion: "example.com/v1", kind: "Database", imagePaths: [] };
const ROLE = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" };
const OTHER_HEX = hexOf(digestOf("other"));

function digestsOf(text = STACK_FILE, free: readonly FreeSetting[] = [], known: Catalogue = catalogue) {
  const request = { project: "platform", stage: "inttest", catalogue: known, stackFile: stackFileOf(text) };
  return new Map([...toDesiredStates(request, free)].map(([name, { digest }]) => [name, digest]));
}

/** Names of the applications whose desired state a change of the file changes. */
function changedBy(from: string, to: string, free: readonly FreeSetting[] = []): string[] {
  const before = digestsOf(STACK_FILE, free);
  const after = digestsOf(withText(from, to), free);
  return [...before.keys()].filter((name) => before.get(name) !== after.get(name)).toSorted();
}

function changedDefinition(change: object): boolean {
  const changed = applications.map((one) => (one.name === "appointments" ? { ...one, ...change } : one));
  return digestsOf(STACK_FILE, [], catalogueOf(...changed)).get("appointments") !== digestsOf().get("appointments");
}

describe("desired state", () => {
  it("is one of every application that runs, with the digest of its canonical JSON", () => {
    const request = { project: "platform", stage: "inttest", catalogue, stackFile: stackFileOf(STACK_FILE) };
    const states = toDesiredStates(request);
    assert.deepEqual([...states.keys()].toSorted(), ["appointments", "portal", "status-page"]);
    for (const { digest, state } of states.values()) {
      assert.ok(isDigest(digest));
      assert.equal(digestOf(canonicalJson(state)), digest);
    }
  });

  it("has no secret in it, and no ciphertext", () => {
    const request = { project: "platform", stage: "inttest", catalogue, stackFile: stackFileOf(STACK_FILE) };
    const text = JSON.stringify([...toDesiredStates(request).values()]);
    assert.doesNotMatch(text, /ciphertext/);
    assert.ok(text.includes(digestOf("v1:queue-ciphertext")));
  });

  for (const [what, [from, to]] of Object.entries({
    "the image's tag": ["appointments:1.4.2", "appointments:1.4.3"],
    "the image's digest": [`appointments:1.4.2@sha256:${HEX}`, `appointments:1.4.2@sha256:${OTHER_HEX}`],
    "the image's repository": ["ehealth/appointments:", "elsewhere/appointments:"],
    "the chart's version": ["web-service:2.1.0", "web-service:2.1.1"],
    "schema facts": ["min: 12, max: 14", "min: 13, max: 14"],
    "a revision": ["      schema:", "      revision: 4f2c9d1\n      schema:"],
    "the schema level": ["{ appointments: 14 }", "{ appointments: 15 }"],
    replicas: ["replicas: 3", "replicas: 4"],
    resources: ["cpu: 100m", "cpu: 200m"],
    env: ["LOG_LEVEL: debug", "LOG_LEVEL: warn"],
    "another variable": ["{ LOG_LEVEL: debug }", "{ LOG_LEVEL: debug, MORE: a }"],
    "a secret's ciphertext": ["v1:queue-ciphertext", "v1:other"],
    protection: ["replicas: 3", "replicas: 3\n      protect: true"],
    "a timeout": ["replicas: 3", "replicas: 3\n      timeout: 20m"],
    "a host": ["replicas: 3", "replicas: 3\n      hosts: [a.example.com]"],
    "a namespace's label": ["team: ehealth", "team: other"],
    "a namespace's quota": ['pods: "50"', 'pods: "51"'],
    "a namespace's name": ["ehealth: { labels", "ehealth: { name: elsewhere, labels"],
    "who makes the namespace": ["ehealth: { labels", "ehealth: { create: false, labels"],
  } satisfies Record<string, readonly [string, string]>)) {
    it(`changes with ${what}`, () => {
      assert.deepEqual(changedBy(from, to), ["appointments"]);
    });
  }

  it("changes with raw values, of that application alone", () => {
    assert.deepEqual(changedBy("cache: { size: 2 }", "cache: { size: 3 }"), ["status-page"]);
  });

  for (const [what, [from, to]] of Object.entries({
    "the cluster's context": ["context: test", "context: other"],
    "where hosts point": ["gateway.example.com", "other.example.com"],
    "a gateway": ["context: test,", "context: test, gateway: { name: a, namespace: b },"],
    "an ingress class": ["context: test,", "context: test, ingressClass: nginx,"],
  } satisfies Record<string, readonly [string, string]>)) {
    it(`of every application changes with ${what}`, () => {
      assert.equal(changedBy(from, to).length, 3);
    });
  }

  for (const [what, change] of Object.entries({
    namespace: { namespace: "other" },
    secrets: { secrets: ["DATABASE_URL", "QUEUE_URL", "MORE"] },
    hosts: { hosts: "optional" },
    env: { env: { LOG_LEVEL: "info", REGION: "us" } },
    "a migration's command": { migration: { command: ["migrate", "all"], secrets: ["DATABASE_URL"] } },
    "a migration's way back": { migration: { command: ["migrate", "up"], down: ["x"], secrets: ["DATABASE_URL"] } },
    "smoke checks": { smoke: [{ job: { command: ["smoke"] } }] },
    "a migration's secrets": { migration: { command: ["migrate", "up"] } },
    after: { after: ["status-page"] },
    protect: { protect: true },
    timeouts: { timeouts: { rollout: "6m" } },
    formerly: { formerly: "bookings" },
    public: { public: true },
    "kinds of its own": { customResources: [DATABASE] },
    "chart's kinds": { chart: { ...webChart, customResources: [DATABASE] } },
    "kinds that reach further": { privilegedKinds: [ROLE] },
    "chart's kinds that reach further": { chart: { ...webChart, privilegedKinds: [ROLE] } },
    "computed values": { toValues: () => ({ other: true }) },
  } satisfies Record<string, object>)) {
    it(`changes with the definition's ${what}`, () => {
      assert.ok(changedDefinition(change));
    });
  }

  it("tells where an application's kinds name images", () => {
    const digestWith = (imagePaths: readonly string[]) => {
      const customResources = [{ ...DATABASE, imagePaths }];
      const changed = applications.map((one) => (one.name === "appointments" ? { ...one, customResources } : one));
      return digestsOf(STACK_FILE, [], catalogueOf(...changed)).get("appointments");
    };
    assert.notEqual(digestWith([]), digestWith(["spec.image"]));
  });

  it("stays when the file is only written in another way", () => {
    const [head = "", ...sections] = STACK_FILE.split(/^(?= {2}lockstep:)/m);
    fc.assert(
      fc.property(fc.shuffledSubarray(sections, { minLength: sections.length }), fc.boolean(), (shuffled, comment) => {
        const text = head + shuffled.map((section) => (comment ? `  # why\n${section}` : section)).join("");
        assert.deepEqual([...digestsOf(text)].toSorted(), [...digestsOf()].toSorted());
      }),
    );
    assert.deepEqual(changedBy("{ LOG_LEVEL: debug }", '{ "LOG_LEVEL": "debug" } # why'), []);
    assert.deepEqual(changedBy("min: 12, max: 14", "max: 14, min: 12"), []);
  });

  it("of one application stays when another one changes", () => {
    assert.deepEqual(changedBy("ehealth/portal:2.3.0", "ehealth/portal:2.3.1"), ["portal"]);
  });
});

describe("a free setting", () => {
  it("is no part of the desired state", () => {
    assert.deepEqual(changedBy("replicas: 3", "replicas: 7", ["replicas"]), []);
    assert.deepEqual(changedBy("      replicas: 3\n", "", ["replicas"]), []);
    assert.deepEqual(changedBy("cpu: 100m", "cpu: 2000m", ["resources"]), []);
    assert.deepEqual(changedBy("replicas: 3", "replicas: 3\n      timeout: 20m", ["timeout"]), []);
  });

  it("is one where the gate says so, and no other", () => {
    assert.deepEqual(changedBy("replicas: 3", "replicas: 7", ["resources", "timeout"]), ["appointments"]);
    assert.deepEqual(changedBy("cpu: 100m", "cpu: 2000m", ["replicas", "timeout"]), ["appointments"]);
  });

  const request = (text: string, known: Catalogue) => ({
    project: "platform",
    stage: "inttest",
    catalogue: known,
    stackFile: stackFileOf(text),
  });

  it("cannot choose between two configurations", () => {
    const sly = application({
      name: "status-page",
      chart: foreignChart("status-page"),
      raw: ({ replicas }) => ({ replicas, debug: replicas === 7 }),
    });
    const known = catalogueOf(...applications.filter(({ name }) => name !== sly.name), sly);
    const digest = (replicas: number) => {
      const text = withText("      values: { cache: { size: 2 } }", `      replicas: ${replicas}`);
      return toDesiredStates(request(text, known), ["replicas"]).get("status-page")?.digest;
    };
    assert.equal(digest(2), digest(3));
    assert.notEqual(digest(3), digest(7));
  });

  it("of a chart that needs resources is never missing when its values are computed", () => {
    const needy = chart<object, object>({
      name: "status-page",
      requires: { resources: true },
      toValues: ({ resources }) => {
        if (resources === undefined) throw new Error("no resources");
        return { resources, cpu: resources.requests.cpu };
      },
    });
    const known = catalogueOf(
      ...applications.filter(({ name }) => name !== "status-page"),
      application({ name: "status-page", chart: needy }),
    );
    const digest = (resources: string) => {
      const text = withText("      values: { cache: { size: 2 } }", `      resources: ${resources}`);
      return toDesiredStates(request(text, known), ["resources"]).get("status-page")?.digest;
    };
    const small = "{ requests: { cpu: 1m, memory: 1Mi }, limits: { memory: 1Mi } }";
    const large = "{ requests: { cpu: 5000m, memory: 9Gi }, limits: { cpu: 6000m, memory: 10Gi } }";
    assert.equal(digest(small), digest(large));
  });
});

describe("values of the catalogue's own code", () => {
  for (const [what, value] of Object.entries({
    "half a character": "\ud800",
    "no number": Number.NaN,
    "no finite number": Number.POSITIVE_INFINITY,
    "a function": () => 1,
    "a date": new Date(0),
    "nothing in a list": [undefined],
  })) {
    it(`are refused where one is ${what}`, () => {
      const odd = application({ name: "status-page", chart: foreignChart("status-page"), raw: () => ({ odd: value as Json }) });
      const known = catalogueOf(...applications.filter(({ name }) => name !== "status-page"), odd);
      assert.throws(
        () => digestsOf(STACK_FILE, [], known),
        (error) => error instanceof RefusalError && error.refusals[0]?.code === "not-json",
      );
    });
  }

  it("are JSON as it was, without the keys that have no value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as Json;
        if (JSON.stringify(plain).includes("__proto__")) return;
        assert.equal(canonicalJson(toPlainJson(plain)), canonicalJson(plain));
      }),
    );
    assert.deepEqual(toPlainJson({ a: undefined, b: { c: null } }), { b: { c: null } });
  });
});

describe("desired states of a large stage", () => {
  it("take a few tens of milliseconds", () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      application({
        name: `app-${index}`,
        chart: foreignChart("status-page"),
        raw: ({ replicas, resources }) => ({ replicas, resources: { ...resources }, lists: Array.from({ length: 50 }, (_, n) => ({ n, text: `text ${n}` })) }),
      }),
    );
    const pins = many.map(({ name }) => `    ${name}: { image: "r.example.com/a:1@sha256:${HEX}", chart: "oci://r.example.com/status-page:1@sha256:${HEX}" }\n`);
    const stackFile = stackFileOf(`config:\n  lockstep:cluster: { context: test }\n  lockstep:pins:\n${pins.join("")}`);
    const all = { project: "platform", stage: "inttest", catalogue: catalogueOf(...many), stackFile };
    toDesiredStates(all, ["replicas"]);
    const begin = process.cpuUsage();
    assert.equal(toDesiredStates(all, ["replicas"]).size, 200);
    const { user } = process.cpuUsage(begin);
    // Far above what it takes; a slow algorithm takes seconds.
    assert.ok(user < 1_000_000, `${user} µs`);
    if (process.env["SHOW_TIMES"] !== undefined) process.stderr.write(`${user} µs\n`);
  });
});
