import assert from "node:assert/strict";
import {
  liftClusterHolds,
  placeClusterHold,
  readClusterHolds,
  type PlacedHold,
} from "../../../src/adapters/cluster-holds.ts";
import { CLUSTER_HOLDS_NAME, type ClusterHold } from "../../../src/model/cluster-hold.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Outcome } from "../../../src/model/refusal.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded } from "../outcomes.ts";
import { inSandbox } from "./sandbox-access.ts";

const STAGE = "inttest";
const scope = { project: "lockstep", stage: STAGE };
const MAP = `configmap/${CLUSTER_HOLDS_NAME}`;

function holdOf(tag: string, application = "portal"): ClusterHold {
  return {
    ...{ application, image: digestOf(tag), reference: `registry.example.com/ehealth/${application}:${tag}` },
    ...{ reason: "its pods crash", by: "deployer@sandbox.example", sinceMs: Date.parse("2026-11-20T10:00:00Z") },
  };
}

describe("holds that the cluster keeps", function () {
  this.timeout(300_000);
  let clone: Clone;

  before(async () => {
    clone = await Clone.make({ pack: false });
    await clone.kubectl("create", "namespace", clone.namespace);
  });
  after(() => clone.remove());
  afterEach(() => clone.kubectl("delete", MAP, "--namespace", clone.namespace, "--ignore-not-found"));

  const place = (hold: ClusterHold, of = scope, namespace = clone.namespace) =>
    inSandbox((access) => placeClusterHold({ ...of, namespace, hold, access }));
  const read = async (of = scope): Promise<readonly PlacedHold[]> =>
    valueOf(await inSandbox((access) => readClusterHolds({ ...of, namespaces: [clone.namespace], access })));
  const versions = async (of = scope) =>
    (await read(of)).map(({ reference }) => reference.split(":").at(-1)).toSorted();

  it("are read back as they were placed, and once, however often they are placed", async () => {
    assert.deepEqual(await read(), []);
    for (const time of [1, 2]) assert.equal((await place(holdOf("2.4.0"))).kind, "accepted", String(time));
    const [found, ...others] = await read();
    assert.deepEqual(others, []);
    const { namespace, key, ...hold } = found ?? assert.fail("no hold");
    assert.deepEqual(hold, holdOf("2.4.0"));
    assert.equal(namespace, clone.namespace);
    assert.ok(key.startsWith("lockstep.inttest.portal."));
    assert.equal(await clone.field(MAP, "{.metadata.labels.lockstep\\.dev/stage}"), STAGE);
  });

  it("do not disturb each other, also where all are placed at once, for two stages of one namespace", async () => {
    const tags = Array.from({ length: 6 }, (_, index) => `2.4.${index}`);
    const prod = { ...scope, stage: "prod" };
    await inSandbox(async (access) => {
      const { namespace } = clone;
      const both = tags.flatMap((tag) =>
        [scope, prod].map((of) => placeClusterHold({ ...of, namespace, hold: holdOf(tag), access })),
      );
      for (const outcome of await Promise.all(both)) valueOf(outcome);
    });
    assert.deepEqual(await versions(), tags);
    assert.deepEqual(await versions(prod), tags);
  });

  it("go one by one, and what was placed since stays", async () => {
    await place(holdOf("2.4.0"));
    await place(holdOf("2.5.0"));
    const [before] = (await read()).filter(({ reference }) => reference.endsWith(":2.4.0"));
    await place(holdOf("2.6.0"));
    valueOf(await inSandbox((access) => liftClusterHolds(before === undefined ? [] : [before], access)));
    assert.deepEqual(await versions(), ["2.5.0", "2.6.0"]);
  });

  it("are refused where somebody edited one, with what to type", async () => {
    await place(holdOf("2.4.0"));
    const [{ key } = assert.fail("no hold")] = await read();
    const patch = JSON.stringify({ data: { [key]: "let it go" } });
    await clone.kubectl("patch", MAP, "--namespace", clone.namespace, "--type", "merge", "--patch", patch);
    const outcome = await inSandbox((access) => readClusterHolds({ ...scope, namespaces: [clone.namespace], access }));
    assert.ok(outcome.kind === "refused");
    assert.deepEqual(
      outcome.refusals.map(({ code }) => code),
      ["unreadable-hold"],
    );
    assert.match(
      outcome.refusals[0]?.action ?? "",
      /kubectl --context lockstep-sandbox --namespace e2e-\w+ edit configmap/,
    );
    valueOf(await place(holdOf("2.4.0")));
    assert.deepEqual(await versions(), ["2.4.0"]);
  });

  it("cannot be placed where the namespace is not there", async () => {
    assert.equal((await place(holdOf("2.4.0"), scope, `${clone.namespace}-absent`)).kind, "refused");
  });

  describe("are let go by resume", () => {
    const resume = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      clone.lockstep(["resume", STAGE, ...args, "--yes"], { env });
    const words = ["--reason", "broken", "--by", "anna@example.com", "--yes"];

    it("where the cluster alone has one", async () => {
      await place(holdOf("2.4.0"));
      await place(holdOf("1.0.0", "appointments"));
      const file = await clone.read();
      assert.match(succeeded(await resume(["portal"])), /holds it no more/);
      assert.deepEqual(await versions(), ["1.0.0"]);
      assert.equal(await clone.read(), file);
      refused(await resume(["portal"]), ["no hold of portal"], 1);
    });

    it("together with the file's", async () => {
      await place(holdOf("2.4.0"));
      succeeded(await clone.lockstep(["hold", STAGE, "portal", ...words]));
      const text = succeeded(await resume(["portal"]));
      for (const part of ["holds it no more", "wrote Pulumi.inttest.yaml", "its pods crash"])
        assert.ok(text.includes(part));
      assert.deepEqual(await versions(), []);
      assert.ok(!(await clone.read()).includes("broken"));
    });

    it("one version alone, where that is named: the others stay", async () => {
      await place(holdOf("2.4.0"));
      await place(holdOf("2.5.0"));
      const file = await clone.read();
      succeeded(await resume(["portal", "--image", digestOf("2.4.0")]));
      assert.deepEqual(await versions(), ["2.5.0"]);
      assert.equal(await clone.read(), file);
      const dead = { KUBECONFIG: "/nowhere" };
      const text = refused(await resume(["portal", "--image", digestOf("2.5.0")], dead), ["no hold of portal"], 1);
      assert.match(text, /kubectl/);
    });

    it("and not by --dry-run, nor with the hold of the stage", async () => {
      await place(holdOf("2.4.0"));
      succeeded(await clone.lockstep(["resume", STAGE, "portal", "--dry-run"]));
      succeeded(await clone.lockstep(["hold", STAGE, ...words]));
      succeeded(await resume([]));
      assert.deepEqual(await versions(), ["2.4.0"]);
    });

    it("as far as it can: a cluster that does not answer is named, with what to type", async () => {
      const dead = { KUBECONFIG: "/nowhere" };
      succeeded(await clone.lockstep(["hold", STAGE, "portal", ...words]));
      const text = succeeded(await resume(["portal"], dead));
      for (const part of ["the cluster was not asked", `npm run resume -- ${STAGE} portal`])
        assert.ok(text.includes(part), text);
      assert.ok(!(await clone.read()).includes("broken"));
      refused(await resume(["portal"], dead), ["no hold of portal", "kubectl"], 1);
    });
  });
});

function valueOf<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.value;
}
