import assert from "node:assert/strict";
import { z } from "zod";
import type { ProcessResult } from "../../src/adapters/processes.ts";
import { Clone } from "./clone.ts";
import { deadPort } from "./dead-port.ts";
import { refused, succeeded } from "./outcomes.ts";
import { sampleReference } from "./sample-pins.ts";

const STACK_FILE = "Pulumi.inttest.yaml";
const refusalsSchema = z.object({ refusals: z.array(z.object({ code: z.string() })) });

describe("lockstep pin", () => {
  let clone: Clone;
  let registry: string;
  let good: string;

  before(async () => {
    clone = await Clone.make();
    ({ registry } = clone.sandbox.location);
    await clone.pinned("appointments", "1.4.1");
    await clone.pinned("portal", "2.3.0");
    good = await clone.read();
  });
  beforeEach(() => clone.write(STACK_FILE, good));
  after(() => clone.remove());

  const pin = (...args: readonly string[]) => clone.lockstep(["pin", ...args]);
  const image = (application: string, tag: string): string => `${registry}/ehealth/${application}:${tag}`;

  /** The lines that are not as they were, in order. */
  async function changedLines(): Promise<readonly string[]> {
    const before = new Set(good.split("\n"));
    return (await clone.read()).split("\n").filter((line) => !before.has(line));
  }

  it("writes the version's lines and no other", async () => {
    succeeded(await pin("inttest", "portal", image("portal", "2.3.1"), "--yes"));
    const lines = await changedLines();
    assert.match(lines[0] ?? "", /^ {6}image: .*\/ehealth\/portal:2\.3\.1@sha256:[0-9a-f]{64}$/);
    for (const line of lines) assert.match(line, /^ {6}(?:image|revision|created): /);
    const text = await clone.read();
    assert.ok(text.includes(await sampleReference(registry, "ehealth/portal", "2.3.1")));
    for (const kept of good.split("\n").filter((line) => /#|secure/.test(line))) assert.ok(text.includes(kept));
  });

  it("raises the schema level where the version migrates the database", async () => {
    succeeded(await pin("inttest", "appointments", image("appointments", "1.4.2"), "--yes"));
    const lines = await changedLines();
    assert.ok(lines.some((line) => /lockstep:schemaLevels: \{ ?appointments: 14 ?\}/.test(line)));
    assert.ok(lines.some((line) => /migratesTo: 14/.test(line)));
  });

  it("changes nothing the second time", async () => {
    succeeded(await pin("inttest", "portal", image("portal", "2.3.1"), "--yes"));
    const once = await clone.read();
    assert.match(succeeded(await pin("inttest", "portal", image("portal", "2.3.1"))), /already/);
    assert.equal(await clone.read(), once);
  });

  it("pins another chart where it is asked to", async () => {
    const chart = `oci://${registry}/charts/web-service:2.0.0`;
    succeeded(await pin("inttest", "portal", image("portal", "2.3.0"), "--chart", chart, "--yes"));
    assert.ok((await clone.read()).includes(await sampleReference(registry, "charts/web-service", "2.0.0")));
  });

  it("makes a pin that pulumi takes", async () => {
    succeeded(await pin("inttest", "portal", image("portal", "2.3.1"), "--yes"));
    assert.match(succeeded(await clone.preview()), /portal:2\.3\.1@sha256:/);
  });

  it("shows the plan and writes nothing with --dry-run", async () => {
    const text = succeeded(await pin("inttest", "portal", image("portal", "2.3.1"), "--dry-run"));
    assert.match(text, /portal:2\.3\.1@sha256:/);
    assert.equal(await clone.read(), good);
  });

  it("gives the plan to programs with --json, and nothing else on standard output", async () => {
    const flags = ["--json", "--dry-run"];
    const { exitCode, stdout } = await pin("inttest", "portal", image("portal", "2.3.1"), ...flags);
    assert.equal(exitCode, 0);
    assert.partialDeepStrictEqual(JSON.parse(stdout), { stage: "inttest", application: "portal", written: false });
  });

  it("writes nothing where nobody can be asked", async () => {
    refused(await pin("inttest", "portal", image("portal", "2.3.1")), ["--yes"], 2);
    assert.equal(await clone.read(), good);
  });

  interface Refused {
    readonly what: string;
    readonly args: () => readonly string[] | Promise<readonly string[]>;
    readonly code: string;
    /** What people must be able to read. */
    readonly names: string;
    /** @default 1 */
    readonly exitCode?: number;
  }

  const portal = (reference: string, ...flags: readonly string[]) => ["inttest", "portal", reference, ...flags];
  const refusals: readonly Refused[] = [
    {
      what: "an image that nobody signed",
      args: () => portal(image("portal", "2.4.0-unsigned")),
      ...{ code: "not-signed", names: "portal:2.4.0-unsigned" },
    },
    {
      what: "an image that a stranger signed",
      args: () => portal(image("portal", "2.4.0-stranger")),
      ...{ code: "not-signed", names: "portal:2.4.0-stranger" },
    },
    {
      what: "a tag that is not there",
      args: () => portal(image("portal", "9.9.9")),
      ...{ code: "registry-not-found", names: "portal:9.9.9" },
    },
    {
      what: "a chart in the place of an image",
      args: () => portal(`${registry}/charts/web-service:2.1.0`),
      ...{ code: "registry-wrong-media-type", names: "web-service:2.1.0" },
    },
    {
      what: "a digest that the tag does not stand for",
      args: async () => {
        const other = await sampleReference(registry, "ehealth/portal", "2.3.0");
        return portal(other.replace(":2.3.0@", ":2.3.1@"));
      },
      ...{ code: "tag-moved", names: "portal:2.3.1" },
    },
    {
      what: "a registry that does not answer",
      args: async () => portal(`127.0.0.1:${await deadPort()}/ehealth/portal:2.3.1`),
      ...{ code: "registry-unreachable", names: "ehealth/portal:2.3.1" },
    },
    {
      what: "a migration that the running version cannot live with",
      args: () => ["inttest", "appointments", image("appointments", "1.5.0")],
      ...{ code: "schema-downtime", names: "--accept-downtime" },
    },
    {
      what: "another chart than the application is written for",
      args: () => portal(image("portal", "2.3.1"), "--chart", `oci://${registry}/charts/status-page:0.9.4`),
      ...{ code: "other-chart", names: "web-service" },
    },
    {
      what: "another application's image",
      args: () => portal(image("patients", "3.0.1")),
      ...{ code: "other-repository", names: "--other-repository" },
    },
    {
      what: "an image without a tag",
      args: () => portal(`${registry}/ehealth/portal`),
      ...{ code: "no-tag", names: "<image>", exitCode: 2 },
    },
    {
      what: "an image without a registry",
      args: () => portal("portal:2.3.1"),
      ...{ code: "no-registry", names: "<image>", exitCode: 2 },
    },
    {
      what: "an unknown application, naming the nearest",
      args: () => ["inttest", "portl", image("portal", "2.3.1")],
      ...{ code: "unknown-application", names: '"portal"', exitCode: 2 },
    },
    {
      what: "an unknown stage, naming the nearest",
      args: () => ["intest", "portal", image("portal", "2.3.1")],
      ...{ code: "unknown-stage", names: '"inttest"', exitCode: 2 },
    },
    {
      what: "a stage that takes its versions from another",
      args: () => ["prod", "portal", image("portal", "2.3.1")],
      ...{ code: "stage-not-fed", names: "preprod", exitCode: 2 },
    },
  ];
  for (const { what, args, code, names, exitCode = 1 } of refusals) {
    it(`refuses ${what}, and writes nothing`, async () => {
      const result = await pin(...(await args()), "--yes", "--json");
      refused(result, [names], exitCode);
      assert.deepEqual(codesOf(result), [code]);
      assert.equal(await clone.read(), good);
    });
  }

  it("verifies the chart that it keeps", async () => {
    const chart = `oci://${registry}/charts/web-service:2.1.0@sha256:${"0".repeat(64)}`;
    await clone.change({ path: ["config", "lockstep:pins", "portal", "chart"], value: chart });
    const broken = await clone.read();
    const result = await pin("inttest", "portal", image("portal", "2.3.1"), "--yes", "--json");
    refused(result, ["charts/web-service:2.1.0"], 1);
    assert.ok(codesOf(result).includes("registry-not-found"));
    assert.equal(await clone.read(), broken);
  });

  it("refuses to be used in another way than it can", async () => {
    refused(await pin(...portal(image("portal", "2.3.1")), "--force"), ["--force"], 2);
    refused(await pin("inttest", "portal"), ["image"], 2);
  });

  it("names every reason at once", async () => {
    const result = await pin("intest", "portl", "portal:2.3.1", "--yes", "--json");
    refused(result, ['"inttest"', '"portal"', "<image>"], 2);
    assert.deepEqual(codesOf(result), ["unknown-stage", "unknown-application", "no-registry"]);
  });
});

function codesOf({ stdout }: ProcessResult): readonly string[] {
  return refusalsSchema.parse(JSON.parse(stdout)).refusals.map(({ code }) => code);
}
