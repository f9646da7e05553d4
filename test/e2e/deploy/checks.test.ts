import assert from "node:assert/strict";
import { placeClusterHold } from "../../../src/adapters/cluster-holds.ts";
import { isDigest } from "../../../src/model/digest.ts";
import { orThrow } from "../../../src/model/refusal.ts";
import { succeeded } from "../outcomes.ts";
import { Platform, type Setting, type StageName } from "../platform.ts";
import { sampleReference } from "../sample-pins.ts";
import { inSandbox } from "./sandbox-access.ts";
import { withoutHistory } from "./stack-facts.ts";

const HELD: Setting["0"] = ["lockstep:holds", "portal"];

/** A promotion to extest that is merged and not deployed yet; each test breaks one thing and mends it. */
describe("what a deploy asks before it begins", function () {
  this.timeout(600_000);
  let platform: Platform;

  before(async () => {
    platform = await Platform.make({ applications: ["appointments", "portal"] });
    await platform.up("inttest");
    succeeded(await platform.as("anna", ["promote", "inttest", "extest", "portal", "--reason", "tested", "--yes"]));
    await platform.merge();
  });
  after(() => platform.remove());

  const call = (stage: StageName, ...flags: readonly string[]) => ["deploy", stage, "--dry-run", ...flags];

  async function refuses(stage: StageName, ...codes: readonly string[]): Promise<void> {
    assert.deepEqual(await platform.refusals("anna", call(stage)), codes);
  }

  async function passes(stage: StageName, ...flags: readonly string[]): Promise<void> {
    succeeded(await platform.as("anna", call(stage, ...flags)));
  }

  /** Committed, as nothing else may be deployed. */
  async function refusesWith(
    stage: StageName,
    codes: readonly string[],
    ...settings: readonly Setting[]
  ): Promise<void> {
    await platform.set(stage, ...settings);
    await platform.committed(() => refuses(stage, ...codes));
  }

  const portal = async (version: string) => {
    const reference = await sampleReference(platform.clone.sandbox.location.registry, "ehealth/portal", version);
    const digest = reference.slice(reference.indexOf("@") + 1);
    assert.ok(isDigest(digest));
    return { reference, digest };
  };

  it("is given where all is well, in a gated stage and in one without a gate", async () => {
    await passes("extest");
    await passes("inttest");
  });

  describe("of git", () => {
    it("refuses files that nobody committed", async () => {
      await platform.clone.edit("Pulumi.extest.yaml", (text) => `${text}# Not committed.\n`);
      await refuses("extest", "dirty-files");
      await platform.git("checkout", "--quiet", "--", ".");
    });

    it("refuses a program that nobody committed, also where there is no gate", async () => {
      await platform.clone.write("src/model/stray.ts", "export {};\n");
      await refuses("inttest", "dirty-files");
      await platform.git("clean", "--quiet", "--force", "src");
    });

    it("refuses what is behind the base branch, and takes the branch as it was fetched with --no-fetch", async () => {
      const head = await platform.git("rev-parse", "HEAD");
      await platform.clone.edit("Pulumi.extest.yaml", (text) => `${text}# Merged by somebody else.\n`);
      await platform.clone.commit();
      await platform.git("push", "--quiet", "origin", "HEAD:main");
      await platform.git("reset", "--quiet", "--hard", head);
      await platform.git("update-ref", "refs/remotes/origin/main", head);
      await passes("extest", "--no-fetch");
      await refuses("extest", "behind-base");
      await platform.git("push", "--quiet", "--force", "origin", `${head}:main`);
    });

    it("refuses that a statement was removed", async () => {
      const head = await platform.git("rev-parse", "HEAD");
      await platform.git("rm", "--quiet", "-r", await platform.newestStatement("extest"));
      await platform.clone.commit();
      const codes = await platform.refusals("anna", call("extest"));
      await platform.git("reset", "--quiet", "--hard", head);
      // The program misses it as well.
      assert.ok(codes.includes("statement-removed"), codes.join());
    });
  });

  describe("of holds", () => {
    const hold = { reason: "the load test runs", by: "anna@sandbox.example" };

    it("refuses what moves while it is held, and the stage with everything that moves", async () => {
      await refusesWith("extest", ["held"], [HELD, hold]);
      await refusesWith("extest", ["held"], [["lockstep:holds", "*"], hold]);
    });

    it("lets a hold be where nothing moves, and one that has ended", async () => {
      await platform.set("inttest", [HELD, hold]);
      await platform.committed(() => passes("inttest"));
      await platform.set("extest", [HELD, { ...hold, until: "2026-01-01T00:00:00Z" }]);
      await platform.committed(() => passes("extest"));
    });

    it("refuses a version that is held, whether it moves or runs already, and no other one", async () => {
      const [own, other] = [await portal("2.3.0"), await portal("2.3.1")];
      for (const stage of ["inttest", "extest"] as const)
        await refusesWith(stage, ["held"], [HELD, { ...hold, image: [other.digest, own.digest] }]);
      await platform.set("extest", [HELD, { ...hold, image: other.digest }]);
      await platform.committed(() => passes("extest"));
    });

    it("refuses a version that the cluster remembers, until somebody resumes", async () => {
      const { reference, digest } = await portal("2.3.0");
      const namespace = platform.clone.namespaceOf("inttest");
      const placed = { application: "portal", image: digest, reference, reason: "crashed", by: "deployer", sinceMs: 0 };
      const scope = { project: "lockstep", stage: "inttest" };
      await inSandbox(async (access) => {
        orThrow(await placeClusterHold({ ...scope, namespace, hold: placed, access }), 1);
      });
      // Where it came from, it failed: it goes nowhere from there.
      await refuses("inttest", "held-in-cluster");
      await refuses("extest", "held-in-cluster");
      succeeded(await platform.as("anna", ["resume", "inttest", "portal", "--yes"]));
      await passes("inttest");
      await passes("extest");
    });

    it("knows nothing of a hold that somebody placed where neither stage runs anything", async () => {
      const { reference, digest } = await portal("2.3.0");
      const namespace = `${platform.clone.namespace}-elsewhere`;
      const placed = { application: "portal", image: digest, reference, reason: "spite", by: "nobody", sinceMs: 0 };
      await platform.clone.kubectl("create", "namespace", namespace);
      try {
        await inSandbox(async (access) => {
          orThrow(
            await placeClusterHold({ project: "lockstep", stage: "inttest", namespace, hold: placed, access }),
            1,
          );
        });
        await passes("inttest");
        await passes("extest");
      } finally {
        await platform.clone.kubectl("delete", "namespace", namespace, "--wait=false");
      }
    });

    it("refuses while the cluster cannot say what it holds", async () => {
      const codes = await platform.refusals("anna", call("inttest"), { env: { KUBECONFIG: "/nowhere" } });
      assert.ok(codes.includes("cluster-unreachable"), codes.join());
    });
  });

  describe("of the stage that a version was promoted from", () => {
    it("refuses a version that is not healthy there now", async () => {
      const { clone } = platform;
      const wanted = await clone.field("deployment/portal", "{.spec.replicas}");
      const scale = (count: string) =>
        clone.kubectl("scale", "deployment/portal", "--namespace", clone.namespace, `--replicas=${count}`);
      await scale("0");
      await refuses("extest", "workload-unhealthy");
      await scale(wanted);
      await clone.untilReady("deployment/portal", Number(wanted));
      await passes("extest");
    });

    it("refuses a version that is held there", async () => {
      const { digest } = await portal("2.3.0");
      await platform.set("inttest", [HELD, { reason: "crashed", image: digest }]);
      await platform.committed(() => refuses("extest", "held"));
    });

    it("passes a version that it ran once and has left behind, unless it is held there", async () => {
      await platform.clone.pinned("portal", "2.3.1");
      await platform.committed(async () => {
        // Pinned and not deployed: what was promoted did run.
        await passes("extest");
      });
      const { digest } = await portal("2.3.0");
      await platform.clone.pinned("portal", "2.3.1");
      await platform.set("inttest", [HELD, { reason: "crashed", image: digest }]);
      await platform.committed(() => refuses("extest", "held"));
    });
  });

  describe("of a version that no source ever ran", () => {
    it("refuses it, whoever stated and merged it", async () => {
      await platform.clone.pinned("portal", "2.3.1");
      await platform.committed(async () => {
        await passes("extest");
        await withoutHistory(platform.clone, "inttest", () => refuses("extest", "never-in-source"));
      });
    });
  });

  describe("of approvals", () => {
    it("refuses what was approved too long ago to be deployed for the first time", async () => {
      const rule = (end: string) => `approvals: { count: 1, groups: [release-managers]${end} }`;
      const gate = "gate: { promoters: [release-managers]";
      const change = (end: string) => (text: string) => text.replace(gate, `${gate}, ${rule(end)}`);
      const asked = await platform.editTrust("stages.yaml", change(""));
      succeeded(await platform.as("ben", ["approve", "extest", "--yes"]));
      await platform.committed(async () => {
        await passes("extest");
        await asked();
        const expiring = await platform.editTrust("stages.yaml", change(", expireAfter: 1s"));
        await refuses("extest", "approvals-expired");
        await expiring();
        const lasting = await platform.editTrust("stages.yaml", change(", expireAfter: 1d"));
        await passes("extest");
        await lasting();
      });
    });
  });

  describe("of databases", () => {
    it("refuses a migration that the running version cannot live with, unless told", async () => {
      await platform.clone.pinned("appointments", "1.5.0");
      await platform.committed(async () => {
        await refuses("inttest", "schema-downtime");
        await passes("inttest", "--accept-downtime");
      });
    });

    it("refuses a level that neither the history nor a Job explains", () =>
      refusesWith("inttest", ["schema-level-mismatch"], [["lockstep:schemaLevels", "appointments"], 14]));
  });
});
