import assert from "node:assert/strict";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";

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
