import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import { isRecord } from "../../src/model/json.ts";
import { canonicalDigest } from "../../src/model/statements/canonical-json.ts";
import type { DesiredState } from "../../src/model/statements/desired-state.ts";
import { StatementWriter, type Written } from "../statements/statement-writer.ts";
import { Clone } from "./clone.ts";

const FILE = "Pulumi.prod.yaml";
const HOUR = 3_600_000;
const T0 = Date.parse("2026-11-01T10:00:00Z");
const PROJECT = "lockstep";

/** A prod stage in the clone: portal and the foreign status-page, in a namespace of the clone's own. */
async function givenStage(clone: Clone): Promise<void> {
  const text = await clone.read();
  const pins = /^ {2}lockstep:pins:\n(?: {4}.*\n)+/m.exec(text)?.[0] ?? "";
  const of = (name: string) => new RegExp(`^ {4}${name}:\\n(?: {6}.*\\n)+`, "m").exec(pins)?.[0] ?? "";
  await clone.write(
    FILE,
    `${(await clone.read(FILE)).trimEnd()}
config:
  lockstep:cluster: { context: lockstep-sandbox }
  lockstep:namespaces:
    ehealth: { name: ${clone.namespace} }
  lockstep:pins:
${of("portal")}${of("status-page")}  lockstep:settings:
    portal:
      replicas: 2
      resources: { requests: { cpu: 50m, memory: 128Mi }, limits: { memory: 128Mi } }
      env: { LOG_LEVEL: info }
      hosts: [portal.prod.example.com]
    status-page:
      replicas: 2
      resources: { requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 64Mi } }
      values: { page: { title: Status } }
`,
  );
}

/** The desired states that the clone's own program computes. */
async function statesOf(clone: Clone): Promise<Record<string, DesiredState>> {
  const script = `
    const { loadStage } = await import("./src/adapters/stage-loader.ts");
    const { desiredStatesOf } = await import("./src/desired-states.ts");
    const loaded = await loadStage({ project: "${PROJECT}", stage: "prod" });
    if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.refusals));
    process.stdout.write(JSON.stringify([...desiredStatesOf(loaded.value)].map(([name, { state }]) => [name, state])));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    cwd: clone.folder,
    env: clone.env,
  });
  const states = JSON.parse(stdout) as [string, DesiredState["state"]][];
  return Object.fromEntries(states.map(([name, state]) => [name, { state, digest: canonicalDigest(state) }]));
}

/** The program alone: what it refuses, it refuses without the pack as well. */
async function pulumi(clone: Clone, verb: "preview" | "up", ...flags: string[]): Promise<ProcessResult> {
  const args = verb === "up" ? [verb, "--stack", "prod", "--yes", ...flags] : [verb, "--stack", "prod", ...flags];
  return clone.pulumi(args, { env: { PULUMI_OPTION_POLICY_PACK: "" }, timeoutMs: 240_000 });
}

async function assertRefused(clone: Clone, what: RegExp, ...flags: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await pulumi(clone, "preview", ...flags);
  assert.notEqual(exitCode, 0, stdout);
  assert.match(stdout + stderr, what);
}

/** Does something to a file of the clone for the time of a test. */
async function withEdit(
  clone: Clone,
  file: string,
  from: string,
  to: string,
  test: () => Promise<void>,
): Promise<void> {
  const text = await clone.read(file);
  assert.ok(text.includes(from), from);
  await clone.write(
    file,
    text.replace(from, () => to),
  );
  try {
    await test();
  } finally {
    await clone.write(file, text);
  }
}

describe("coverage of a gated stage, with plain pulumi", function () {
  this.timeout(600_000);
  let clone: Clone;
  let writer: StatementWriter;
  let first: Written;

  before(async () => {
    clone = await Clone.make();
    await givenStage(clone);
    writer = new StatementWriter(join(clone.folder, "statements"), PROJECT);
    const [anna, ben, carla] = await Promise.all([clone.person("anna"), clone.person("ben"), clone.person("carla")]);
    const applications = await statesOf(clone);
    first = await writer.write({ stage: "prod", who: anna, atMs: T0, from: "preprod", applications });
    await writer.approve(first, ben, "release-managers", T0 + HOUR);
    await assertRefused(clone, /approvals of 1 person/);
    await writer.approve(first, carla, "operations", T0 + HOUR);
  });

  after(async () => {
    await pulumi(clone, "up", "--skip-preview").catch(() => undefined);
    await clone.remove();
  });

  it("deploys what was stated and approved, and records it", async () => {
    const { exitCode, stdout, stderr } = await pulumi(clone, "up");
    assert.equal(exitCode, 0, stdout + stderr);
    const shown = await clone.pulumi(["stack", "output", "--stack", "prod", "--json"]);
    const outputs = JSON.parse(shown.stdout) as Record<string, unknown>;
    assert.equal(outputs["gated"], true);
    const { applications, trustRoot } = outputs;
    assert.ok(isRecord(trustRoot) && typeof trustRoot["version"] === "number");
    assert.ok(isRecord(applications) && isRecord(applications["portal"]));
    assert.equal(applications["portal"]["statement"], first.statement.digest);
  });

  const edits: Readonly<Record<string, readonly [string, string, string]>> = {
    "a pin": [FILE, "ehealth/portal:2.3.0", "ehealth/portal:2.3.1"],
    "an environment variable": [FILE, "LOG_LEVEL: info", "LOG_LEVEL: debug"],
    "a host": [FILE, "portal.prod.example.com", "other.prod.example.com"],
    "a raw chart value": [FILE, "title: Status", "title: Other"],
    "an extra container": [FILE, "values: {", "values: { extraContainers: [{ name: miner, image: x }],"],
    "a migration": [
      "src/applications/portal.ts",
      'name: "portal",',
      'name: "portal",\n  migration: { command: ["sh"] },',
    ],
  };
  for (const [what, [file, from, to]] of Object.entries(edits)) {
    it(`refuses ${what} edited after the approval`, async () => {
      await withEdit(clone, file, from, to, () => assertRefused(clone, /differs from what the statement/));
    });
  }

  it("refuses an edit with --target, --exclude and --skip-preview too", async () => {
    const urn = "urn:pulumi:prod::lockstep::lockstep:index:Stage$lockstep:index:Application::status-page";
    await withEdit(clone, FILE, "LOG_LEVEL: info", "LOG_LEVEL: debug", async () => {
      await assertRefused(clone, /differs from what/, "--target", urn);
      await assertRefused(clone, /differs from what/, "--exclude", urn);
      const { exitCode, stdout } = await pulumi(clone, "up", "--skip-preview");
      assert.notEqual(exitCode, 0);
      assert.match(stdout, /differs from what/);
    });
  });

  it("refuses configuration that the file does not have", async () => {
    // The engine writes what -c gives into the stack file as well.
    const before = await clone.read(FILE);
    await assertRefused(clone, /the file does not have/, "-c", "lockstep:settings={}");
    await clone.write(FILE, before);
    await clone.write("other.yaml", (await clone.read(FILE)).replace("LOG_LEVEL: info", "LOG_LEVEL: debug"));
    await assertRefused(clone, /the file does not have/, "--config-file", join(clone.folder, "other.yaml"));
    await rm(join(clone.folder, "other.yaml"));
  });

  it("refuses it without an anchor", async () => {
    const { exitCode, stdout } = await clone.pulumi(["preview", "--stack", "prod"], {
      env: { PULUMI_OPTION_POLICY_PACK: "", LOCKSTEP_TRUST_ANCHOR: "" },
    });
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /LOCKSTEP_TRUST_ANCHOR/);
  });

  it("lets a free setting change", async () => {
    await withEdit(clone, FILE, "replicas: 2", "replicas: 3", async () => {
      const { exitCode, stdout } = await pulumi(clone, "preview");
      assert.equal(exitCode, 0, stdout);
    });
  });

  it("follows a later statement, and refuses to go back behind it", async () => {
    const before = await clone.read(FILE);
    await clone.edit(FILE, (text) => text.replace("LOG_LEVEL: info", "LOG_LEVEL: debug"));
    const [anna, ben, dora] = await Promise.all([clone.person("anna"), clone.person("ben"), clone.person("dora")]);
    const { portal } = await statesOf(clone);
    const changed = { stage: "prod", who: anna, atMs: T0 + 2 * HOUR, kind: "change" as const };
    const second = await writer.write({ ...changed, applications: { portal } });
    await writer.approve(second, ben, "release-managers", T0 + 3 * HOUR);
    await writer.approve(second, dora, "operations", T0 + 3 * HOUR);
    const { exitCode, stdout } = await pulumi(clone, "up", "--skip-preview");
    assert.equal(exitCode, 0, stdout);
    await clone.write(FILE, before);
    await assertRefused(clone, /differs from what/);
    await rm(second.folder, { recursive: true });
    await assertRefused(clone, /which it was deployed under/);
  });
});
