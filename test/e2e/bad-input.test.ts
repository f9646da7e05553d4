import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Clone } from "./clone.ts";
import { refused, succeeded, textOf } from "./outcomes.ts";

const STACK_FILE = "Pulumi.inttest.yaml";

describe("a stack file with mistakes", () => {
  let clone: Clone;
  let good: string;

  before(async () => {
    clone = await Clone.make();
    good = await clone.read();
  });
  beforeEach(() => clone.write(STACK_FILE, good));
  after(() => clone.remove());

  /** The place of a text in the file, as a report names it. */
  function placeOf(text: string, written: string): string {
    const [before = "", ...after] = text.split(written);
    assert.ok(after.length > 0, `no ${written}`);
    const lines = before.split("\n");
    return `${STACK_FILE}:${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
  }

  it("gets one report of all of them, each with its place and the nearest name, before anything is touched", async () => {
    await clone.change({ path: ["config", "lockstep:schemaLevels", "patience"], value: 1 });
    const broken = (await clone.read())
      .replace(/(patients:\n {6})replicas: 3/, "$1replcas: 3")
      .replace(/(portal:\n {6})replicas: 2/, "$1replicas: many")
      .replace(/(ehealth\/appointments:[\w.-]+)@sha256:[0-9a-f]{64}/, "$1")
      .replace(/(ehealth\/patients:[\w.-]+@sha256:[0-9a-f]{60})[0-9a-f]{4}/, "$1")
      .replace(/ {8}QUEUE_URL: .*\n/, "")
      .replace(/ {6}hosts: \[portal.*\n/, "");
    await clone.write(STACK_FILE, broken);
    const expected = [
      [placeOf(broken, "replcas"), "lockstep:settings.patients.replcas"],
      [placeOf(broken, "many"), "lockstep:settings.portal.replicas"],
      [placeOf(broken, `${clone.sandbox.location.registry}/ehealth/appointments`), "lockstep:pins.appointments.image"],
      [placeOf(broken, `${clone.sandbox.location.registry}/ehealth/patients`), "lockstep:pins.patients.image"],
      [placeOf(broken, "patience"), "lockstep:schemaLevels.patience"],
      [STACK_FILE, "lockstep:settings.appointments.secrets.QUEUE_URL"],
      [STACK_FILE, "lockstep:settings.portal.hosts"],
    ] as const;
    const text = refused(await clone.pulumi(["up", "--stack", "inttest", "--yes"]), ["replicas", "patients"]);
    for (const [place, path] of expected) {
      const line = text.split("\n").find((candidate) => candidate.includes(`  ${path}`)) ?? "";
      assert.ok(line.includes(place), `${path} at ${place}:\n${text}`);
    }
    assert.equal(text.split("  found  ").length - 1, expected.length, text);
    assert.equal(await clone.kubectl("get", "namespace", clone.namespace, "--ignore-not-found"), "");
    assert.doesNotMatch(text, /kubernetes:/);
  });

  it("is told of an application that the catalogue has and the stage does not pin", async () => {
    await clone.change({ path: ["config", "lockstep:pins", "portal"], value: undefined });
    refused(await clone.preview(), ["lockstep:pins.portal", "npm run pin -- inttest portal"]);
  });

  const malformed: readonly (readonly [string, (text: string) => string | Uint8Array, string])[] = [
    ["a byte order mark", (text) => `\uFEFF${text}`, "byte order mark"],
    ["a tab as indentation", (text) => text.replace("  lockstep:pins:", "\tlockstep:pins:"), "16"],
    ["a key twice", (text) => text.replace(/( +)replicas: 3\n/, "$1replicas: 3\n$1replicas: 4\n"), "49"],
    ["an anchor and an alias", (text) => text.replace(/env: \{/, "env: &env {") + "      env: *env\n", "an alias"],
    ["a list", () => "- config\n", "object"],
    ["bytes that are no text", () => Uint8Array.of(0, 1, 2, 255), "control character"],
    ["ten megabytes", (text) => text + `# ${"x".repeat(1000)}\n`.repeat(10_000), "at most"],
  ];
  for (const [what, breakIt, part] of malformed) {
    it(`gets a clear answer about ${what}, from pulumi and from pin`, async () => {
      await clone.write(STACK_FILE, breakIt(good));
      const broken = await clone.read();
      const plan = await clone.preview();
      assert.notEqual(plan.exitCode, 0, textOf(plan));
      assert.ok(refused(plan, []).includes(part) || /yaml|object/i.test(textOf(plan)), textOf(plan));
      const image = `${clone.sandbox.location.registry}/ehealth/portal:2.3.1`;
      refused(await clone.lockstep(["pin", "inttest", "portal", image, "--yes"]), [STACK_FILE, "expected"], 2);
      assert.equal(await clone.read(), broken);
    });
  }

  for (const [what, code, reason] of [
    ["waits for ever", "await new Promise(() => undefined);", "does it wait for something?"],
    ["ends the process", "process.exit(0);", "it calls process.exit"],
  ] as const) {
    it(`never becomes the plan to delete everything where a file of the catalogue ${what}`, async () => {
      await clone.write(STACK_FILE, good);
      await clone.write("src/applications/zeta.ts", `${code}\nexport {};\n`);
      const plan = await clone.preview();
      await rm(join(clone.folder, "src/applications/zeta.ts"));
      const text = refused(plan, ["src/applications/zeta.ts", reason]);
      assert.doesNotMatch(text, /to delete/);
    });
  }

  it("may have the line ends of Windows", async () => {
    await clone.write(STACK_FILE, good.replaceAll("\n", "\r\n"));
    succeeded(await clone.preview());
  });
});

describe("configuration that is not in the stack file", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
  });
  after(() => clone.remove());

  it("is refused in a gated stage", async () => {
    refused(await clone.pulumi(["preview", "--stack", "prod", "--config", "lockstep:holds={}"]), ["lockstep:holds"]);
  });

  it("is refused in a gated stage as another file too", async () => {
    await clone.write("elsewhere.yaml", await clone.read("Pulumi.inttest.yaml"));
    const flags = ["--stack", "prod", "--config-file", "elsewhere.yaml"];
    refused(await clone.pulumi(["preview", ...flags]), ["prod"]);
  });

  it("is named where a stage takes it", async () => {
    await clone.write("elsewhere.yaml", await clone.read("Pulumi.inttest.yaml"));
    await clone.settings("portal", { replicas: 1 });
    const text = succeeded(await clone.preview("--config-file", "elsewhere.yaml"));
    assert.match(text, /lockstep:settings\.portal\.replicas: not as in Pulumi\.inttest\.yaml/);
  });
});
