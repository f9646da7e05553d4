import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refused } from "../outcomes.ts";
import { FILE, GatedStage } from "./gated-stage.ts";

const REFUSED = ["not-covered"];

describe("what was approved for a gated stage", function () {
  this.timeout(300_000);
  let stage: GatedStage;
  let approvedFile: string;

  before(async () => {
    stage = await GatedStage.make("status-page");
    await stage.approve(await stage.promoted());
    approvedFile = await stage.clone.read(FILE);
  });
  afterEach(() => stage.clone.write(FILE, approvedFile));
  after(() => stage.remove());

  it("passes as it was approved, and with other values of what the gate leaves free", async () => {
    await stage.passes();
    await stage.edit("replicas: 2", "replicas: 3");
    await stage.passes();
  });

  const edits: Readonly<Record<string, readonly [from: string | RegExp, to: string]>> = {
    "a pin": ["ehealth/portal:2.3.0", "ehealth/portal:2.3.1"],
    "an environment variable": ["LOG_LEVEL: info", "LOG_LEVEL: debug"],
    "a host": ["portal.prod.example.com", "other.prod.example.com"],
    "a raw chart value": ["title: Status", "title: Other"],
    "an extra container": ["values: {", "values: { extraContainers: [{ name: miner, image: x }],"],
    "a resource": ["memory: 64Mi } }", "memory: 96Mi } }"],
    "an application's absence": [/ {4}status-page:\n(?: {6}.*\n)+ {2}lockstep:settings/, "  lockstep:settings"],
  };
  for (const [what, [from, to]] of Object.entries(edits)) {
    it(`does not cover ${what} edited afterwards`, async () => {
      await stage.edit(from, to);
      if (what === "an application's absence") await stage.edit(/ {4}status-page:\n(?: {6}.*\n)+$/, "");
      await stage.refuses(REFUSED);
    });
  }

  for (const [what, to] of [
    ["a migration command", 'name: "portal",\n  migration: { command: ["sh"] },'],
    ["an environment variable", 'name: "portal",\n  env: { DEBUG: "1" },'],
  ] as const) {
    it(`does not cover ${what} edited in the catalogue`, async () => {
      const file = "src/applications/portal.ts";
      const text = await stage.clone.read(file);
      const edited = text.replace(/ {2}env: .*\n/, "").replace('name: "portal",', to);
      await stage.clone.write(file, edited);
      try {
        await stage.refuses(REFUSED);
      } finally {
        await stage.clone.write(file, text);
      }
    });
  }

  it("does not cover an edit because --target or --exclude leave it out, or because the preview is skipped", async () => {
    const urn = "urn:pulumi:prod::lockstep::lockstep:index:Stage$lockstep:index:Application::status-page";
    const before = await stage.inCluster();
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: debug");
    await stage.refuses(REFUSED, { flags: ["--target", urn], byPack: false });
    await stage.refuses(REFUSED, { flags: ["--exclude", urn.replace("status-page", "portal")], byPack: false });
    refused(await stage.alone("up"), ["refused, nothing was changed", "lockstep:settings.portal.env.LOG_LEVEL"]);
    refused(await stage.withPack("up"), ["refused, nothing was changed"]);
    await stage.unchanged(before);
  });

  it("does not cover what -c or --config-file say instead of the file", async () => {
    const before = await stage.inCluster();
    const other = join(stage.clone.folder, "..", "other.yaml");
    await writeFile(other, approvedFile.replace("LOG_LEVEL: info", "LOG_LEVEL: debug"));
    for (const flags of [
      ["--config-file", other],
      ["-c", "lockstep:settings={}"],
    ]) {
      const parts = ["refused, nothing was changed", "a value that the file does not have"];
      refused(await stage.alone("preview", { flags }), parts);
      // The engine writes what -c says into the stack file as well.
      await stage.clone.write(FILE, approvedFile);
      refused(await stage.alone("up", { flags }), parts);
      await stage.clone.write(FILE, approvedFile);
    }
    await stage.unchanged(before);
    await rm(other);
  });

  it("does not cover another cluster: neither another context nor one whose uid is not the stage's", async () => {
    const before = await stage.inCluster();
    const kubeconfig = join(stage.clone.folder, "..", "kubeconfig");
    const env = { KUBECONFIG: kubeconfig };
    const text = await readFile(stage.clone.sandbox.location.kubeconfig, "utf8");
    const another = "  - name: another\n    context: { cluster: lockstep-sandbox, user: lockstep-sandbox }\n";
    await writeFile(kubeconfig, text.replace("contexts:\n", `contexts:\n${another}`));
    await stage.edit("context: lockstep-sandbox", "context: another");
    await stage.refuses(REFUSED, { env });
    await stage.clone.write(FILE, approvedFile);
    const uid = "00000000-0000-4000-8000-000000000000";
    const otherUid = (stages: string): string => stages.replaceAll(/uid: .*/g, `uid: ${uid}`);
    await stage.withTrust("stages.yaml", otherUid, async () => {
      refused(await stage.alone("up"), ["refused, nothing was changed", uid, "lockstep:cluster.context"]);
    });
    await stage.unchanged(before);
  });
});
