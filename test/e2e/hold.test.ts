import assert from "node:assert/strict";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";
import { sampleReference } from "./sample-pins.ts";

const STACK_FILE = "Pulumi.prod.yaml";
const BY = ["--by", "anna@example.com"];

describe("lockstep hold and resume", () => {
  let clone: Clone;
  let good: string;

  before(async () => {
    clone = await Clone.make({ pack: false });
    good = await clone.read(STACK_FILE);
  });
  beforeEach(() => clone.write(STACK_FILE, good));
  after(() => clone.remove());

  const hold = (...args: readonly string[]) => clone.lockstep(["hold", "prod", ...args]);
  const resume = (...args: readonly string[]) => clone.lockstep(["resume", "prod", ...args]);
  const held = async (key: string): Promise<string> =>
    (
      await clone.pulumi(["config", "get", "--stack", "prod", "--path", `lockstep:holds["${key}"].reason`])
    ).stdout.trim();

  it("holds an application, which the engine reads as it was said, and lets it go", async () => {
    const reason = "the login page: broken # since Friday";
    succeeded(await hold("portal", "--reason", reason, "--for", "3d", ...BY, "--yes"));
    assert.equal(await held("portal"), reason);
    const lines = (await clone.read(STACK_FILE)).split("\n");
    assert.deepEqual(
      good.split("\n").filter((line) => !lines.includes(line)),
      [],
    );
    succeeded(await resume("portal", "--yes"));
    assert.equal(await held("portal"), "");
  });

  it("holds the whole stage", async () => {
    const { stdout } = await hold("--reason", "audit", ...BY, "--yes", "--json");
    assert.equal((JSON.parse(stdout) as { written: boolean }).written, true);
    assert.equal(await held("*"), "audit");
    refused(await resume("portal", "--yes"), ["no hold of portal", "npm run resume -- prod"], 1);
    succeeded(await resume("--yes"));
    assert.equal(await held("*"), "");
  });

  it("holds one version by hand, which keeps it away and lets others come, and lets it go alone", async () => {
    const registry = clone.sandbox.location.registry;
    const [bad, other] = await Promise.all(
      ["2.3.0", "2.2.0"].map((version) => sampleReference(registry, "ehealth/portal", version)),
    );
    assert.ok(bad !== undefined && other !== undefined);
    const digest = bad.slice(bad.indexOf("@") + 1);
    const file = "Pulumi.inttest.yaml";
    const before = await clone.read(file);
    const onInttest = (verb: string, ...words: readonly string[]) =>
      clone.lockstep([verb, "inttest", "portal", ...words]);
    const words = ["--reason", "loses sessions", ...BY, "--yes"];
    succeeded(await onInttest("hold", "--image", bad, ...words));
    const held = await clone.read(file);
    // The same by its digest, and the tag names it where a stage pins it.
    assert.match(succeeded(await onInttest("hold", "--image", digest, ...words)), /held so already/);
    refused(await onInttest("hold", "--image", "latest", ...words), ["--image", "sha256:<64 hex>"], 2);
    assert.equal(await clone.read(file), held);
    const [name = ""] = bad.split("@");
    refused(await onInttest("pin", name, "--yes"), ["is held", "loses sessions"], 1);
    succeeded(await onInttest("pin", other.split("@")[0] ?? "", "--yes"));
    succeeded(await onInttest("hold", "--image", other, ...words));
    succeeded(await onInttest("resume", "--image", digest, "--yes"));
    refused(await onInttest("resume", "--image", digest, "--yes"), ["no hold of portal", "--image"], 1);
    succeeded(await onInttest("pin", name, "--yes"));
    succeeded(await onInttest("resume", "--yes"));
    assert.doesNotMatch(await clone.read(file), /loses sessions/);
    await clone.write(file, before);
  });

  it("holds a version of one application alone, and not in place of what is held", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    refused(await hold("--image", digest, "--reason", "x", ...BY), ["name the application"], 2);
    succeeded(await hold("portal", "--reason", "audit", ...BY, "--yes"));
    const held = await clone.read(STACK_FILE);
    const version = ["portal", "--image", digest, "--reason", "x", ...BY, "--yes"];
    refused(await hold(...version), ["every version"], 1);
    assert.equal(await clone.read(STACK_FILE), held);
  });

  it("changes nothing where it is held with the same words", async () => {
    const words = ["portal", "--reason", "broken", "--until", "2126-11-20T10:11:12Z", ...BY];
    succeeded(await hold(...words, "--yes"));
    const once = await clone.read(STACK_FILE);
    // Nothing is asked where nothing is to be done.
    assert.match(succeeded(await hold(...words)), /held so already/);
    assert.equal(await clone.read(STACK_FILE), once);
  });

  it("writes nothing with --dry-run, and nothing where nobody can be asked", async () => {
    assert.match(succeeded(await hold("portal", "--reason", "broken", ...BY, "--dry-run")), /portal is held/);
    refused(await hold("portal", "--reason", "broken", ...BY), ["--yes"], 2);
    assert.equal(await clone.read(STACK_FILE), good);
  });

  it("says everything that is wrong with the question at once", async () => {
    const words = ["--reason", " ", "--until", "2020-01-01T00:00:00Z", "--by", "?"];
    refused(await hold("protal", ...words), ['"portal"', "--reason", "--until", "--by"], 2);
    refused(await clone.lockstep(["hold", "prdo", "--reason", "x", ...BY]), ['"prod"'], 2);
  });

  it("needs no anchor: a brake must work", async () => {
    const env = { LOCKSTEP_TRUST_ANCHOR: "" };
    succeeded(await clone.lockstep(["hold", "prod", "--reason", "audit", ...BY, "--yes"], { env }));
  });
});
