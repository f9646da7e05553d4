import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { renderRefusals, type Refusal } from "../../src/model/refusal.ts";
import { codes, DIGEST, HEX, refusalsOf, STACK_FILE, stackFileOf, withText } from "./sample-stage.ts";

function only(text: string): Refusal {
  const refusals = refusalsOf(text);
  const [refusal] = refusals;
  assert.ok(refusal !== undefined && refusals.length === 1, renderRefusals(refusals));
  return refusal;
}

const IMAGE = `registry.example.com/ehealth/portal:2.3.0@${DIGEST}`;

describe("parseStackFile", () => {
  it("reads a whole file", () => {
    const { pins, settings, schemaLevels, namespaces, cluster } = stackFileOf(STACK_FILE);
    assert.deepEqual([...pins.keys()], ["appointments", "portal", "status-page"]);
    assert.deepEqual(pins.get("appointments")?.image, {
      registry: "registry.example.com",
      repository: "ehealth/appointments",
      tag: "1.4.2",
      digest: DIGEST,
    });
    assert.equal(settings.get("appointments")?.replicas, 3);
    assert.equal(schemaLevels.get("appointments"), 14);
    assert.deepEqual(namespaces.get("ehealth")?.quota, { pods: "50" });
    assert.equal(cluster?.context, "test");
  });

  for (const [name, text] of Object.entries({
    "an empty file": "",
    "a config without a value": "config:\n",
    "sections without values":
      "config:\n  lockstep:pins:\n  lockstep:settings: ~\n  lockstep:schemaLevels: {}\n  lockstep:cluster:\n",
    "keys of other parts of the engine":
      "secretsprovider: awskms://x\nconfig:\n  aws:region: eu\n  other:x: {a: [1]}\n",
  })) {
    it(`reads ${name} as a stage without pins`, () => {
      assert.equal(stackFileOf(text).pins.size, 0);
    });
  }

  const broken: Readonly<Record<string, readonly [text: string, code: string, at: string, path: string]>> = {
    "an unknown key at the top": [`confg: {}\n${STACK_FILE}`, "unknown-key", "1:1", "confg"],
    "an unknown section": [`${STACK_FILE}  lockstep:setings: {}\n`, "unknown-key", "31:3", "lockstep:setings"],
    "a section without its project": [`${STACK_FILE}  pins: {}\n`, "unknown-key", "31:3", "pins"],
    "an unknown setting": [
      withText("replicas: 3", "replcas: 3"),
      "unknown-key",
      "20:7",
      "lockstep:settings.appointments.replcas",
    ],
    "an unknown key deep inside": [
      withText("{ cpu: 100m, memory", "{ cpus: 1, cpu: 100m, memory"),
      "unknown-key",
      "21:32",
      "lockstep:settings.appointments.resources.requests.cpus",
    ],
    "text for a number": [
      withText("replicas: 3", "replicas: three"),
      "invalid-value",
      "20:17",
      "lockstep:settings.appointments.replicas",
    ],
    "a number for text": [
      withText("LOG_LEVEL: debug", "LOG_LEVEL: 3"),
      "invalid-value",
      "22:25",
      "lockstep:settings.appointments.env.LOG_LEVEL",
    ],
    "a list for a mapping": [
      withText("replicas: 3", "replicas: 3\n      env: [a]").replace("      env: { LOG_LEVEL: debug }\n", ""),
      "invalid-value",
      "21:12",
      "lockstep:settings.appointments.env",
    ],
    "a setting without a value": [
      withText("replicas: 3", "replicas:"),
      "invalid-value",
      "20:16",
      "lockstep:settings.appointments.replicas",
    ],
    "a tag without digest": [
      withText(IMAGE, "registry.example.com/ehealth/portal:2.3.0"),
      "invalid-value",
      "12:14",
      "lockstep:pins.portal.image",
    ],
    "a digest without tag": [
      withText(IMAGE, `registry.example.com/ehealth/portal@${DIGEST}`),
      "invalid-value",
      "12:14",
      "lockstep:pins.portal.image",
    ],
    "a digest that is too short": [
      withText(IMAGE, IMAGE.slice(0, -1)),
      "invalid-value",
      "12:14",
      "lockstep:pins.portal.image",
    ],
    "a digest that is too long": [withText(IMAGE, `${IMAGE}0`), "invalid-value", "12:14", "lockstep:pins.portal.image"],
    "a digest in capitals": [
      withText(IMAGE, IMAGE.replace(HEX, HEX.toUpperCase())),
      "invalid-value",
      "12:14",
      "lockstep:pins.portal.image",
    ],
    "a chart that is no OCI reference": [
      withText("oci://registry.example.com/charts/status-page", "https://registry.example.com/charts/status-page"),
      "invalid-value",
      "16:14",
      "lockstep:pins.status-page.chart",
    ],
    "a pin without an image": [
      withText(`      image: ${IMAGE}\n`, ""),
      "missing-key",
      "12:7",
      "lockstep:pins.portal.image",
    ],
    "a level that is below none": [
      withText("schemaLevels: { appointments: 14", "schemaLevels: { appointments: -1"),
      "invalid-value",
      "17:42",
      "lockstep:schemaLevels.appointments",
    ],
    "a host with its scheme": [
      withText("[portal.example.com]", "[https://portal.example.com]"),
      "invalid-value",
      "28:15",
      "lockstep:settings.portal.hosts[0]",
    ],
    "a hold without reason": [
      `${STACK_FILE}  lockstep:holds: { portal: {} }\n`,
      "missing-key",
      "31:29",
      "lockstep:holds.portal.reason",
    ],
    "settings of the whole stage": [`${STACK_FILE}    "*": {}\n`, "invalid-name", "31:5", "lockstep:settings.*"],
    "a secret that is not encrypted": [
      withText("{ secure: v1:queue-ciphertext }", "amqp://hunter2@queue"),
      "invalid-value",
      "25:20",
      "lockstep:settings.appointments.secrets.QUEUE_URL",
    ],
  };
  for (const [name, [text, code, at, path]] of Object.entries(broken)) {
    it(`refuses ${name}, with file, line, column and key path`, () => {
      const refusals = refusalsOf(text);
      const found = refusals.find((refusal) => refusal.code === code && refusal.place.path === path);
      assert.ok(found !== undefined, renderRefusals(refusals));
      assert.equal(`${found.place.line}:${found.place.column}`, at);
      assert.equal(found.place.file, "Pulumi.inttest.yaml");
      assert.equal(refusals.length, 1, renderRefusals(refusals));
    });
  }

  for (const [name, text] of Object.entries({
    "the whole file": "- a\n",
    config: "config: [a]\n",
    pins: "config:\n  lockstep:pins: [a]\n",
    settings: "config:\n  lockstep:settings: text\n",
    "a pin": "config:\n  lockstep:pins: { portal: [a] }\n",
    "an application's settings": "config:\n  lockstep:settings: { portal: 3 }\n",
    cluster: "config:\n  lockstep:cluster: [a]\n",
    "a namespace": "config:\n  lockstep:namespaces: { ehealth: text }\n",
  })) {
    it(`refuses something else where ${name} should be a mapping, with its line`, () => {
      const refusals = refusalsOf(text);
      assert.ok(refusals.some(({ code, place }) => code === "invalid-value" && place.line !== undefined));
    });
  }

  it("takes a hold of the whole stage", () => {
    const text = `${STACK_FILE}  lockstep:holds: { "*": { reason: audit }, portal: { reason: broken } }\n`;
    assert.deepEqual(refusalsOf(text), []);
    assert.deepEqual([...stackFileOf(text).holds.keys()], ["*", "portal"]);
  });

  it("suggests the name that was probably meant", () => {
    assert.match(only(withText("replicas: 3", "replcas: 3")).found, /"replicas"/);
    assert.match(only(`${STACK_FILE}  lockstep:setings: {}\n`).found, /"lockstep:settings"/);
    assert.match(only(withText("{ secure: v1:queue", "{ secur: x, secure: v1:queue")).found, /"secure"/);
  });

  it("reports everything that is wrong at once, each with its own place", () => {
    let text = withText("replicas: 3", "replcas: 3");
    text = withText(IMAGE, "registry.example.com/ehealth/portal:2.3.0", text);
    text = withText("        QUEUE_URL: { secure: v1:queue-ciphertext }\n", "", text);
    text = withText("      hosts: [portal.example.com]\n", "", text);
    text = withText("LOG_LEVEL: debug", "LOG_LEVEL: 3", text);
    text = withText("status-page:\n      values", "statuspage:\n      values", text);
    text = withText(
      "lockstep:schemaLevels: { appointments: 14 }",
      "lockstep:schemaLevels: { appointments: 13, nobody: 1 }",
      text,
    );
    const refusals = refusalsOf(text);
    assert.deepEqual(codes(refusals), [
      "invalid-value",
      "invalid-value",
      "missing-host",
      "missing-secret",
      "schema-level-too-low",
      "unknown-application",
      "unknown-application",
      "unknown-key",
    ]);
    for (const { place, found, expected, action } of refusals) {
      assert.ok(place.line !== undefined && place.column !== undefined && place.path !== undefined);
      assert.ok(found !== "" && expected !== "" && action !== "");
    }
  });

  it("never shows a secret, wherever it was written and in whatever form", () => {
    const secret = "hunter2";
    const forms = fc.constantFrom<unknown>(
      secret,
      [secret],
      { secure: secret },
      { secure: [secret] },
      { secure: { secure: secret } },
      { value: secret },
      { [secret]: true },
      { [`x ${secret}`]: null },
      [{ secure: secret }],
      { secure: secret, more: secret },
    );
    const places = fc.constantFrom<(form: unknown) => unknown>(
      (form) => ({ settings: { appointments: { secrets: form } } }),
      (form) => ({ settings: { appointments: { secrets: { DATABASE_URL: form } } } }),
      (form) => ({ settings: { appointments: { secrets: [form] } } }),
      (form) => ({ settings: { appointments: { secrets: { DATABASE_URL: { secure: form } } } } }),
      (form) => ({ settings: { appointments: { env: { DATABASE_URL: form } } } }),
      (form) => ({ settings: { appointments: { env: [form] } } }),
      (form) => ({ settings: { appointments: [{ secrets: { DATABASE_URL: form } }] } }),
      (form) => ({ settings: { appointments: { values: { password: form } } } }),
      (form) => ({ settings: [form] }),
      (form) => ({ pins: { appointments: { image: [form], chart: [form] } } }),
      (form) => ({ cluster: [form] }),
    );
    fc.assert(
      fc.property(places, forms, (place, form) => {
        const config = Object.fromEntries(
          Object.entries(place(form) as object).map(([key, value]) => [`lockstep:${key}`, value as unknown]),
        );
        const said = renderRefusals(refusalsOf(stringify({ config }, { aliasDuplicateObjects: false })));
        // The name of a secret is no secret, however odd.
        assert.ok(!said.replaceAll(`secrets.${secret}`, "").replaceAll(`${secret}, which`, "").includes(secret), said);
      }),
      { numRuns: 400 },
    );
  });

  it("answers any tree with refusals that have a file, and throws nothing", () => {
    const keys = fc.constantFrom(
      "lockstep:pins",
      "lockstep:settings",
      "portal",
      "image",
      "env",
      "secrets",
      "constructor",
      "toString",
      "hosts",
      "x",
    );
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 3, "text", [], {}),
        fc.array(tie("value"), { maxLength: 2 }),
        fc.dictionary(keys, tie("value"), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree.value, (config) => {
        const text = stringify({ config }, { aliasDuplicateObjects: false });
        for (const { place } of refusalsOf(text)) assert.equal(place.file, "Pulumi.inttest.yaml");
      }),
      { numRuns: 300 },
    );
  });

  it("reads a file of a thousand applications in a moment", () => {
    const pins = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`app-${n}`, { image: IMAGE, chart: `oci://${IMAGE}` }]),
    );
    assert.equal(
      stackFileOf(stringify({ config: { "lockstep:pins": pins } }, { aliasDuplicateObjects: false })).pins.size,
      1000,
    );
  });
});
