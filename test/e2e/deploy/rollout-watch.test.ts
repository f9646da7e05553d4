import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { ClusterAccess } from "../../../src/adapters/kubectl.ts";
import { run } from "../../../src/adapters/processes.ts";
import { isDigest, type Digest } from "../../../src/model/digest.ts";
import type { Json, JsonObject } from "../../../src/model/json.ts";
import { orThrow } from "../../../src/model/refusal.ts";
import type { ApplicationRollout, RolloutProblemCode } from "../../../src/model/rollout.ts";
import { followRollout, readRollout, type RolledApplication } from "../../../src/rollout.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded } from "../outcomes.ts";
import { sampleReference } from "../sample-pins.ts";
import { inSandbox } from "./sandbox-access.ts";

interface Odd {
  readonly kind?: "Deployment" | "StatefulSet";
  readonly image?: string;
  readonly pod?: JsonObject;
  readonly container?: JsonObject;
}

/** A workload with one thing that is odd about it. */
function workload(name: string, { kind = "Deployment", image = "r.example.com/app:1", pod, container }: Odd): Json {
  const labels = { "app.kubernetes.io/name": name };
  const template = { metadata: { labels }, spec: { ...pod, containers: [{ name: "server", image, ...container }] } };
  const service = kind === "StatefulSet" ? { serviceName: name } : {};
  const spec = { replicas: 2, selector: { matchLabels: labels }, ...service, template };
  return { apiVersion: "apps/v1", kind, metadata: { name, labels }, spec };
}

describe("following a roll-out", () => {
  let clone: Clone;
  const others: string[] = [];

  before(async () => {
    clone = await Clone.make({ pack: false });
    succeeded(await clone.up());
  });
  after(async () => {
    if (others.length > 0) await clone.kubectl("delete", "namespace", ...others, "--ignore-not-found", "--wait=false");
    await clone.remove();
  });

  async function apply(namespace: string, ...objects: readonly Json[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const args = ["apply", "--namespace", namespace, "--filename", "-"];
    await run(clone.sandbox.tools.paths.kubectl, args, { input, env: clone.env });
  }

  async function namespace(suffix: string, labels: JsonObject = {}): Promise<string> {
    const name = `${clone.namespace}-${suffix}`;
    others.push(name);
    await apply("default", { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    return name;
  }

  async function imageOf(application: string, version: string): Promise<Digest> {
    const reference = await sampleReference(clone.sandbox.location.registry, `ehealth/${application}`, version);
    const digest = reference.slice(reference.indexOf("@") + 1);
    assert.ok(isDigest(digest));
    return digest;
  }

  const look = (applications: readonly RolledApplication[]) => async (access: ClusterAccess) =>
    orThrow(await readRollout({ applications, access }), 1);

  /** Looks until there is a problem, and says which. */
  async function problemOf(application: RolledApplication): Promise<ApplicationRollout["problems"][number]> {
    return inSandbox(async (access) => {
      const endsAt = Date.now() + 60_000;
      while (Date.now() < endsAt) {
        const [rollout] = await look([application])(access);
        assert.equal(rollout?.done, false);
        const [problem] = rollout.problems;
        if (problem !== undefined) return problem;
        await wait(300);
      }
      throw new Error(`no problem of ${application.name} in a minute`);
    });
  }

  const images = { appointments: "1.4.2", patients: "3.1.0", portal: "2.3.1" } as const;

  it("finds every application of a good update done, with all of its pods", async () => {
    await clone.untilReady("deployment/portal", 2);
    const text = await clone.read();
    const all = await Promise.all(
      Object.keys(images).map(async (name) => {
        const digest = new RegExp(`ehealth/${name}:[^@]+@(sha256:[0-9a-f]{64})`).exec(text)?.[1] ?? "";
        assert.ok(isDigest(digest));
        return { name, namespace: clone.namespace, image: digest };
      }),
    );
    const rollouts = await inSandbox(look(all));
    for (const rollout of rollouts) {
      assert.deepEqual(rollout.problems, []);
      assert.equal(rollout.done, true, rollout.application);
      assert.ok(rollout.workloads.every(({ ready, wanted }) => ready === wanted && wanted > 0));
    }
    assert.deepEqual(
      rollouts.map(({ application, workloads }) => [application, workloads.length]),
      Object.keys(images).map((name) => [name, 1]),
    );
  });

  it("finds nothing done where the workloads still run another version", async () => {
    const image = await imageOf("portal", "2.3.2-never-ready");
    const workloads = [{ kind: "Deployment", name: "portal" }] as const;
    const [rollout] = await inSandbox(look([{ name: "portal", namespace: clone.namespace, workloads, image }]));
    assert.equal(rollout?.done, false);
    assert.deepEqual(
      rollout.workloads.map(({ ready }) => ready),
      [0],
    );
  });

  it("misses a workload that the update's outputs name and the cluster has not", async () => {
    const workloads = [{ kind: "StatefulSet", name: "portal" }] as const;
    const problem = await problemOf({ name: "portal", namespace: clone.namespace, workloads });
    assert.equal(problem.object, "StatefulSet/portal");
  });

  const odd: Readonly<Record<string, readonly [RolloutProblemCode, Odd, RegExp]>> = {
    "an image that cannot be pulled": ["image-pull", { image: "r.example.com/app:1-pull-fail" }, /not found/],
    "a container that ends again and again": ["crash-loop", { image: "r.example.com/app:1-crash-loop" }, /exit code 1/],
    "a probe that is not answered": ["failing-readiness", { image: "r.example.com/app:1-never-ready" }, /503/],
    "a request that no node can fulfil": [
      "unschedulable",
      { container: { resources: { requests: { cpu: "1000" } } } },
      /Insufficient cpu/,
    ],
    "the same of a StatefulSet": ["image-pull", { kind: "StatefulSet", image: "r.example.com/app:1-pull-fail" }, /not/],
  };
  for (const [index, [what, [code, spec, text]]] of Object.entries(odd).entries()) {
    it(`names ${what}`, async () => {
      const name = `odd-${index}`;
      const own = await namespace(name);
      await apply(own, workload(name, spec));
      const problem = await problemOf({ name, namespace: own });
      assert.equal(problem.code, code);
      assert.match(problem.object, /^Pod\//);
      assert.match(problem.text, text);
    });
  }

  for (const kind of ["Deployment", "StatefulSet"] as const) {
    it(`names a quota that leaves no room for the pods of a ${kind}`, async () => {
      const own = await namespace(`quota-${kind.toLowerCase()}`);
      const metadata = { name: "no-pods" };
      await apply(own, { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard: { pods: "0" } } });
      // The quota counts from when its controller has seen it; a pod of before would get in.
      await clone.kubectl("wait", "resourcequota/no-pods", "--namespace", own, "--for=jsonpath={.status.hard.pods}=0");
      await apply(own, workload("full", { kind }));
      const problem = await problemOf({ name: "full", namespace: own });
      assert.equal(problem.code, "quota");
      assert.match(problem.text, /no-pods/);
    });

    it(`names what admission has against the pods of a ${kind}`, async () => {
      const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
      const own = await namespace(`restricted-${kind.toLowerCase()}`, restricted);
      await apply(own, workload("root", { kind }));
      const problem = await problemOf({ name: "root", namespace: own });
      assert.equal(problem.code, "admission");
      assert.match(problem.text, /violates PodSecurity/);
    });
  }

  /** Follows the update of one application, and says what was seen of it. */
  async function followed(application: string, image: Digest) {
    const seen: ApplicationRollout[] = [];
    const until = clone.up();
    const last = await inSandbox((access) =>
      followRollout({
        applications: [{ name: application, namespace: clone.namespace, image }],
        access,
        onProgress: (all) => seen.push(...all),
        until,
        signal: new AbortController().signal,
      }),
    );
    return { seen, last: orThrow(last, 1)[0], update: await until };
  }

  it("shows during an update why its pods are not ready, and that the ones before are no progress", async () => {
    await clone.settings("portal", { timeout: "8s" });
    await clone.pinned("portal", "2.3.2-never-ready");
    const { seen, last, update } = await followed("portal", await imageOf("portal", "2.3.2-never-ready"));
    refused(update, ["portal"]);
    assert.ok(seen.some(({ problems }) => problems.some(({ code }) => code === "failing-readiness")));
    assert.ok(seen.every(({ done }) => !done));
    assert.equal(last?.done, false);
    assert.equal(last.problems[0]?.code, "failing-readiness");
    assert.deepEqual(
      last.workloads.map(({ ready }) => ready),
      [0],
    );
  });

  it("shows why a migration failed, and finds the version that it was for not begun", async () => {
    await clone.pinned("portal", "2.3.0");
    await clone.pinned("appointments", "1.4.3-job-fail");
    const { last, update } = await followed("appointments", await imageOf("appointments", "1.4.3-job-fail"));
    refused(update, ["appointments-migrate-"]);
    assert.equal(last?.done, false);
    assert.deepEqual(
      last.problems.map(({ code }) => code),
      ["migration-failed"],
    );
    assert.match(last.problems[0]?.text ?? "", /BackoffLimitExceeded.*exit code 1/);
    await clone.untilReady("deployment/appointments", 2);
  });

  it("ends with the signal", async () => {
    const controller = new AbortController();
    const following = inSandbox((access) =>
      followRollout({
        applications: [{ name: "portal", namespace: clone.namespace }],
        access,
        onProgress: () => {
          controller.abort();
        },
        until: new Promise(() => undefined),
        signal: controller.signal,
      }),
    );
    await assert.rejects(following, { name: "AbortError" });
  });
});
