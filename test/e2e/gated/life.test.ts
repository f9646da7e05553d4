import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { run } from "../../../src/adapters/processes.ts";
import { isRecord } from "../../../src/model/json.ts";
import { parseSshPublicKey } from "../../../src/model/ssh-public-key.ts";
import { ANCHOR_VARIABLE } from "../../../src/model/trust/anchor.ts";
import type { Written } from "../../statements/statement-writer.ts";
import { refused, succeeded } from "../outcomes.ts";
import { sampleReference } from "../sample-pins.ts";
import { toolPath } from "../tools.ts";
import { FILE, GatedStage, HOUR, T0 } from "./gated-stage.ts";

const NOTHING_TO_DO = { flags: ["--expect-no-changes"] };

/** One stage through weeks: each test goes on where the one before ended. */
describe("a gated stage, with program and pack", function () {
  this.timeout(600_000);
  let stage: GatedStage;
  let registry: string;
  let first: Written;

  before(async () => {
    stage = await GatedStage.make("status-page");
    ({ registry } = stage.clone.sandbox.location);
  });
  after(() => stage.remove());

  async function version(tag: string): Promise<string> {
    return sampleReference(registry, "ehealth/portal", tag);
  }

  async function runs(tag: string): Promise<void> {
    const image = await stage.clone.field("deployment/portal", "{.spec.template.spec.containers[0].image}");
    assert.equal(image, await version(tag));
    await stage.clone.untilReady("deployment/portal", 2);
  }

  it("refuses a third-party chart and image that nobody signed, however many approved them", async () => {
    // Copied as they are, without their signatures, to where no key counts.
    for (const [from, to] of [
      ["ehealth/status-page:0.9.3", "third/status-page:0.9.3"],
      ["charts/status-page:0.9.4", "third/charts/status-page:0.9.4"],
    ] as const) {
      await run(toolPath("crane"), ["copy", `${registry}/${from}`, `${registry}/${to}`]);
      await stage.edit(`${registry}/${from}`, `${registry}/${to}`);
    }
    first = await stage.approve(await stage.promoted());
    refused(await stage.alone("preview"), [
      "refused, nothing was changed",
      "third/status-page",
      "third/charts/status-page",
    ]);
    refused(await stage.byPack("preview"), ["image-signed", "chart-signed"]);
  });

  it("runs them where the trust root adopts their digests", async () => {
    const text = await stage.clone.read(FILE);
    const [image = "", chart = ""] = ["image", "chart"].map(
      (key) => new RegExp(`${key}: (?:oci://)?(\\S*third/\\S+)`).exec(text)?.[1],
    );
    await stage.adopt({ image }, { chart });
    succeeded(await stage.withPack("up"));
    await stage.clone.untilReady("deployment/status-page", 2);
    await runs("2.3.0");
  });

  it("records what it was deployed under", async () => {
    const shown = await stage.clone.pulumi(["stack", "output", "--stack", "prod", "--json"]);
    const { applications, gated, trustRoot } = JSON.parse(shown.stdout) as Record<string, unknown>;
    assert.equal(gated, true);
    assert.ok(isRecord(trustRoot) && typeof trustRoot["version"] === "number");
    assert.ok(isRecord(applications) && isRecord(applications["portal"]));
    assert.equal(applications["portal"]["statement"], first.statement.digest);
    await stage.clone.commit();
  });

  it("refuses kubectl run of an image that it does not have, and lets its own run", async () => {
    const [unlisted, listed] = [await version("2.3.1"), await version("2.3.0")];
    const words = await untilRefused(unlisted);
    for (const part of [unlisted, "prod", "not an image of stage"]) assert.ok(words.includes(part), words);
    assert.equal(await kubectlRun(listed), "");
  });

  it("finds nothing to do a month later, though the statement would have expired long ago", async () => {
    const expired = Date.now() - T0 > 7 * 24 * HOUR;
    assert.ok(expired);
    succeeded(await stage.alone("up", NOTHING_TO_DO));
    succeeded(await stage.withPack("up", NOTHING_TO_DO));
  });

  it("finds nothing to do after an approver and the promoter left", async () => {
    const since = new Date(T0 + 24 * HOUR).toISOString();
    const left = (text: string): string =>
      text.replaceAll(/ {4}- principal: (?:anna|carla)@.*\n.*since: .*\n/g, `$&      until: "${since}"\n`);
    const fingerprints = await Promise.all((["anna", "carla"] as const).map(fingerprintOf));
    const keys = fingerprints.map((key) => ({ key, kind: "left", since, reason: "left" }));
    const revoked = JSON.stringify({ keys, digests: [], statements: [] });
    const cluster = await stage.inCluster();
    await stage.withTrust("roles.yaml", left, () =>
      stage.withTrust(
        "revoked.yaml",
        () => revoked,
        async () => {
          succeeded(await stage.alone("preview"));
          succeeded(await stage.withPack("up"));
        },
      ),
    );
    await stage.unchanged(cluster);
  });

  it("rolls out the next version that was promoted and approved, and keeps the one before listed", async () => {
    await stage.edit(await version("2.3.0"), await version("2.3.1"));
    const { portal } = await stage.states();
    const who = await stage.clone.person("anna");
    await stage.approve(
      await stage.writer.write({ stage: "prod", who, atMs: T0 + 48 * HOUR, from: "preprod", applications: { portal } }),
    );
    succeeded(await stage.withPack("up"));
    await runs("2.3.1");
    assert.equal(await kubectlRun(await version("2.3.0")), "");
    await stage.clone.commit();
  });

  it("refuses what went back behind it: git revert of a promotion", async () => {
    const { folder } = stage.clone;
    const cluster = await stage.inCluster();
    const head = (await run("git", ["rev-parse", "HEAD"], { cwd: folder })).stdout.trim();
    const who = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.com", "-c", "commit.gpgSign=false"];
    await run("git", [...who, "revert", "--no-edit", head], { cwd: folder });
    refused(await stage.alone("up"), ["refused, nothing was changed", "which it was deployed under"]);
    refused(await stage.withPack("up"), ["refused, nothing was changed", "which it was deployed under"]);
    await run("git", ["reset", "--quiet", "--hard", head], { cwd: folder });
    await stage.unchanged(cluster);
  });

  it("rolls back with a statement that restores the earlier one and needs no new approval", async () => {
    await stage.edit(await version("2.3.1"), await version("2.3.0"));
    const { portal } = await stage.states();
    const who = await stage.clone.person("ben");
    const back = {
      stage: "prod",
      who,
      atMs: T0 + 72 * HOUR,
      kind: "rollback" as const,
      restores: first.statement.digest,
    };
    await stage.writer.write({ ...back, applications: { portal } });
    succeeded(await stage.withPack("up"));
    await runs("2.3.0");
  });

  it("keeps its gate where somebody takes it away, and the anchor with it", async () => {
    const cluster = await stage.inCluster();
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: warn");
    const absent = ["appointments", "patients"].map((name) => `    ${name}: { enabled: false }\n`);
    await stage.edit("lockstep:settings:\n", `lockstep:settings:\n${absent.join("")}`);
    const ungated = (text: string): string =>
      text.replace(/from: \[preprod\]\n(.*\n)?.*gate:\n(?: {6}.*\n)+/, "from: registry\n$1");
    await stage.withTrust(
      "stages.yaml",
      ungated,
      async () => {
        refused(await stage.alone("up"), ["refused, nothing was changed", "changed since root"]);
        const env = { [ANCHOR_VARIABLE]: "" };
        refused(await stage.alone("up", { env }), ["refused, nothing was changed", "without a gate, and no anchor"]);
        await stage.unchanged(cluster);
      },
      { signed: false },
    );
  });

  async function kubectlRun(image: string): Promise<string> {
    const container = { name: "probe", image, securityContext: RESTRICTED };
    const overrides = JSON.stringify({ spec: { containers: [container] } });
    const words = stage.clone.kubectl(
      ...["run", "probe", "--image", image, "--overrides", overrides],
      ...["--namespace", stage.clone.namespace, "--dry-run=server"],
    );
    return words.then(
      () => "",
      (error: unknown) => String(error),
    );
  }

  /** The API server takes a new policy up within a second or so. */
  async function untilRefused(image: string): Promise<string> {
    for (let tries = 0; tries < 100; tries += 1) {
      const words = await kubectlRun(image);
      if (words !== "") return words;
      await setTimeout(100);
    }
    return assert.fail(`${image} is not refused`);
  }

  async function fingerprintOf(name: "anna" | "carla"): Promise<string> {
    const parsed = parseSshPublicKey((await stage.clone.person(name)).key);
    assert.ok(parsed.kind === "key");
    return parsed.key.fingerprint;
  }
});

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
