import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";

describe("an application that is to go", () => {
  let clone: Clone;
  let stackFile: string;

  before(async () => {
    clone = await Clone.make({ pack: false });
    succeeded(await clone.up());
    stackFile = await clone.read();
  });
  after(() => clone.remove());

  async function deployed(): Promise<readonly string[]> {
    const objects = await clone.objects("deployments", "services", "secrets", "httproutes", "dnsendpoints", "jobs");
    return [...objects.keys()].filter((name) => /\/(?:appointments|patients|portal|front)/.test(name));
  }

  async function removeFromStackFile(application: string): Promise<void> {
    await clone.change(
      { path: ["config", "lockstep:pins", application], value: undefined },
      { path: ["config", "lockstep:settings", application], value: undefined },
    );
  }

  it("stays where it is protected, and the plan says why", async () => {
    await clone.settings("portal", { protect: true });
    succeeded(await clone.up());
    const before = await deployed();
    await clone.settings("portal", { protect: undefined, enabled: false });
    refused(await clone.preview(), ["portal is disabled", "protect"]);
    refused(await clone.up(), ["portal is disabled", "protect"]);
    assert.deepEqual(await deployed(), before);
  });

  it("stays where its pin was lost, and the plan is refused", async () => {
    const pins = ["appointments", "patients", "portal", "status-page"];
    await clone.write("Pulumi.inttest.yaml", stackFile);
    await clone.change(...pins.map((name) => ({ path: ["config", "lockstep:pins", name], value: undefined })));
    refused(await clone.preview(), ["no pin of appointments", "no pin of patients", "enabled: false"]);
  });

  it("is named in the plan with its new name where it was renamed", async () => {
    await clone.write("Pulumi.inttest.yaml", stackFile);
    succeeded(await clone.up());
    await clone.edit("Pulumi.inttest.yaml", (text) => text.replaceAll(/^( {4})portal:$/gm, "$1front:"));
    await clone.write(
      "src/applications/front.ts",
      (await clone.read("src/applications/portal.ts"))
        .replace("export const portal", "export const front")
        .replace('name: "portal"', 'name: "front", formerly: "portal"'),
    );
    await rm(join(clone.folder, "src/applications/portal.ts"));
    const plan = succeeded(await clone.preview());
    assert.match(plan, /portal was renamed to front: .*deleted/);
    assert.doesNotMatch(plan, /portal is no longer in the catalogue/);
  });

  it("loses its objects when it is removed from the catalogue, and the plan says so", async () => {
    await rm(join(clone.folder, "src/applications/front.ts"));
    await clone.write("Pulumi.inttest.yaml", stackFile);
    await removeFromStackFile("portal");
    assert.match(succeeded(await clone.up()), /portal is no longer in the catalogue: all its objects/);
    assert.deepEqual(
      (await deployed()).filter((name) => name.includes("portal")),
      [],
    );
  });

  it("loses its objects where a stage disables it, and the plan says so; the others stay", async () => {
    await clone.settings("patients", { enabled: false });
    assert.match(succeeded(await clone.preview()), /patients is disabled: all its objects in inttest are deleted/);
    succeeded(await clone.up());
    const left = await deployed();
    assert.deepEqual(
      left.filter((name) => !name.includes("/appointments")),
      [],
    );
    await clone.untilReady("deployment/appointments", 2);
  });

  it("comes back with its settings and secrets when it is enabled again", async () => {
    await clone.settings("patients", { enabled: undefined });
    succeeded(await clone.up());
    await clone.untilReady("deployment/patients", 3);
    assert.ok((await deployed()).includes("Secret/patients-secrets"));
  });
});
