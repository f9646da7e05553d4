import assert from "node:assert/strict";
import { applications, catalogueOf, codes, DIGEST, inttest, refusalsOf, STACK_FILE, withText } from "./sample-stage.ts";

const promoted = { ...inttest, from: ["extest"], gated: true };
const SECRETS = `      secrets:
        DATABASE_URL: { secure: v1:database-ciphertext }
        QUEUE_URL: { secure: v1:queue-ciphertext }
`;
const PORTAL_PIN = `    portal:
      image: registry.example.com/ehealth/portal:2.3.0@${DIGEST}
      chart: oci://registry.example.com/charts/web-service:2.1.0@${DIGEST}
`;

describe("refuseStage", () => {
  it("has nothing against a stage that fits the catalogue", () => {
    assert.deepEqual(refusalsOf(STACK_FILE), []);
  });

  for (const [name, text] of Object.entries({
    "an empty file": "",
    "a stage that is only set up": STACK_FILE.replace(/ {2}lockstep:pins:\n(?: {4}.*\n)+/, ""),
    "a disabled application that lacks everything": withText(PORTAL_PIN, "").replace(
      /portal:\n {6}resources.*\n.*\n/,
      "portal: { enabled: false }\n",
    ),
    "settings ahead of the first pin": withText(PORTAL_PIN, "", STACK_FILE).replace(
      "portal:\n",
      "portal:\n      enabled: false\n",
    ),
    "a level beyond what the pin migrates to": withText("{ appointments: 14 }", "{ appointments: 15 }"),
  })) {
    it(`has nothing against ${name}`, () => {
      assert.deepEqual(refusalsOf(text), []);
    });
  }

  const broken: Readonly<Record<string, readonly [text: string, code: string, line: number, path: string]>> = {
    "a pin of an application that the catalogue lacks": [
      withText("    portal:\n      image", "    protal:\n      image"),
      "unknown-application",
      11,
      "lockstep:pins.protal",
    ],
    "settings of an application that the catalogue lacks": [
      `${STACK_FILE}    patients: {}\n`,
      "unknown-application",
      31,
      "lockstep:settings.patients",
    ],
    "a hold of an application that the catalogue lacks": [
      `${STACK_FILE}  lockstep:holds: { patients: { reason: x } }\n`,
      "unknown-application",
      31,
      "lockstep:holds.patients",
    ],
    "a namespace that no application lives in": [
      withText("    ehealth: {", "    ehelth: {"),
      "unknown-namespace",
      5,
      "lockstep:namespaces.ehelth",
    ],
    "a secret that the application does not declare": [
      withText("        QUEUE_URL", "        QUEUE_URI: { secure: x }\n        QUEUE_URL"),
      "unknown-secret",
      25,
      "lockstep:settings.appointments.secrets.QUEUE_URI",
    ],
    "a secret as a plain variable": [
      withText("LOG_LEVEL: debug", "QUEUE_URL: hunter2"),
      "plain-secret",
      22,
      "lockstep:settings.appointments.env.QUEUE_URL",
    ],
    "hosts of an application that has none": [
      withText("      values:", "      hosts: [status.example.com]\n      values:"),
      "unwanted-hosts",
      30,
      "lockstep:settings.status-page.hosts",
    ],
    "raw values of a chart that has types": [
      withText("      replicas: 3", "      values: { replicas: 4 }\n      replicas: 3"),
      "untyped-values",
      20,
      "lockstep:settings.appointments.values",
    ],
    "an encrypted value among raw values": [
      withText("{ size: 2 }", "{ keys: [a, { secure: v1:x }] }"),
      "secret-in-values",
      30,
      "lockstep:settings.status-page.values.cache.keys[1]",
    ],
    "a missing secret": [
      withText("        QUEUE_URL: { secure: v1:queue-ciphertext }\n", ""),
      "missing-secret",
      24,
      "lockstep:settings.appointments.secrets.QUEUE_URL",
    ],
    "a missing host": [
      withText("      hosts: [portal.example.com]\n", ""),
      "missing-host",
      27,
      "lockstep:settings.portal.hosts",
    ],
    "a list of no hosts": [
      withText("[portal.example.com]", "[]"),
      "missing-host",
      28,
      "lockstep:settings.portal.hosts",
    ],
    "missing resources": [
      STACK_FILE.replace(/(?<= portal:\n) {6}resources.*\n/, ""),
      "missing-resources",
      27,
      "lockstep:settings.portal.resources",
    ],
    "another chart than the application is written for": [
      withText("charts/status-page:", "charts/web-service:"),
      "other-chart",
      16,
      "lockstep:pins.status-page.chart",
    ],
    "a level below the pin's": [
      withText("{ appointments: 14 }", "{ appointments: 13 }"),
      "schema-level-too-low",
      17,
      "lockstep:schemaLevels.appointments",
    ],
    "no level where the pin migrates": [
      withText("  lockstep:schemaLevels: { appointments: 14 }\n", ""),
      "schema-level-too-low",
      3,
      "lockstep:schemaLevels.appointments",
    ],
    "an application without a pin": [withText(PORTAL_PIN, ""), "missing-pin", 7, "lockstep:pins.portal"],
    "a host of two applications": [
      withText("      replicas: 3", "      hosts: [portal.example.com]\n      replicas: 3"),
      "shared-host",
      29,
      "lockstep:settings.portal.hosts[0]",
    ],
    "no cluster": [
      withText("  lockstep:cluster: { context: test, dnsTarget: gateway.example.com }\n", ""),
      "missing-cluster",
      3,
      "lockstep:cluster",
    ],
  };
  for (const [name, [text, code, line, path]] of Object.entries(broken)) {
    it(`refuses ${name}, with its place`, () => {
      const refusals = refusalsOf(text);
      const found = refusals.find((refusal) => refusal.code === code);
      assert.ok(found !== undefined, JSON.stringify(refusals));
      assert.equal(found.place.line, line);
      assert.equal(found.place.path, path);
      // A pin under another name is also one that is missing.
      assert.deepEqual(
        codes(refusals).filter((other) => other !== "missing-pin" || code === "missing-pin"),
        [code],
      );
    });
  }

  it("suggests the nearest known name", () => {
    assert.match(
      refusalsOf(withText("    portal:\n      image", "    protal:\n      image"))[0]?.found ?? "",
      /"portal"/,
    );
    assert.match(refusalsOf(withText("QUEUE_URL:", "QUEUE_UR:"))[0]?.found ?? "", /"QUEUE_URL"/);
  });

  it("asks every secret of an application that has none of them", () => {
    assert.deepEqual(codes(refusalsOf(withText(SECRETS, ""))), ["missing-secret", "missing-secret"]);
  });

  it("misses no pin in a stage that others feed", () => {
    assert.deepEqual(refusalsOf(withText(PORTAL_PIN, ""), promoted), []);
  });
});

describe("refuseStage, of an application that is asked over HTTP", () => {
  const known = catalogueOf(
    ...applications.map((one) =>
      one.name === "appointments" ? { ...one, smoke: [{ http: { path: "/ready" } } as const] } : one,
    ),
  );

  it("refuses a stage that does not say where to", () => {
    assert.deepEqual(codes(refusalsOf(STACK_FILE, inttest, known)), ["missing-smoke-url"]);
  });

  for (const line of ["hosts: [appointments.example.com]", "smokeUrl: https://appointments.example.com"]) {
    it(`has nothing against ${line}`, () => {
      assert.deepEqual(refusalsOf(withText("replicas: 3", `replicas: 3\n      ${line}`), inttest, known), []);
    });
  }
});
