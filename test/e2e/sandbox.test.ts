import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ProcessError, run, type ProcessResult } from "../../src/adapters/processes.ts";
import { RefusalError } from "../../src/model/refusal.ts";
import { requestLoopback } from "../../sandbox/http.ts";
import { componentKubeconfig, sandboxLocation, type SandboxLocation } from "../../sandbox/location.ts";
import { isPortFree } from "../../sandbox/ports.ts";
import { processIdentity } from "../../sandbox/process-identity.ts";
import { sandboxStatus, type SandboxStatus } from "../../sandbox/status.ts";
import { SANDBOX_TOOLS } from "../../sandbox/tools.ts";
import { upSandbox } from "../../sandbox/up.ts";
import { resolveTools, type ResolvedTools } from "../../tools/resolve.ts";
import { freePortBase } from "../sandbox/free-port-base.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const tools = [...SANDBOX_TOOLS, "crane"] as const;

describe("a sandbox", () => {
  let folder: string;
  let location: SandboxLocation;
  let resolved: ResolvedTools<(typeof tools)[number]>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "a sandbox's "));
    location = sandboxLocation(path.join(folder, "folder"), await freePortBase());
    resolved = await resolveTools(tools);
    // Twice at once, as two terminals would.
    await Promise.all([up(), up()]);
    await kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=30s");
    await kubectl("apply", "--filename", path.join(import.meta.dirname, "fixtures/sandbox-workloads.yaml"));
  });
  after(async () => {
    await cli("reset");
    await rm(folder, { recursive: true, force: true });
  });

  it("has Ready nodes, and says so", async () => {
    const status = await sandboxStatus(location);
    assert.equal(status.state, "up");
    assert.deepEqual(
      status.nodes.map(({ ready }) => ready),
      [true, true, true],
    );
    assert.equal((await cli("status")).exitCode, 0);
  });

  it("knows nobody without a name", async () => {
    const { port, tls } = { port: location.ports.apiServer, tls: { pki: location.pki, authority: "ca" } as const };
    assert.equal((await requestLoopback({ port, tls, path: "/version" })).status, 401);
    assert.equal((await requestLoopback({ port, tls: { ...tls, client: "admin" }, path: "/version" })).status, 200);
  });

  it("does not let a client of the API server into the database", async () => {
    const tls = { pki: location.pki, authority: "etcd-ca", client: "admin" } as const;
    await assert.rejects(requestLoopback({ port: location.ports.etcdClient, path: "/health", tls }));
  });

  it("lets people do what their roles say and nothing else", async () => {
    const asKwok = (verb: string, resource: string) =>
      canI(["--kubeconfig", componentKubeconfig(location, "kwok")], verb, resource);
    assert.deepEqual([await asKwok("delete", "pods"), await asKwok("create", "pods")], [true, false]);
    const asPod = ["--as", "system:serviceaccount:default:default"];
    assert.deepEqual([await canI(asPod, "list", "secrets"), await canI([], "list", "secrets")], [false, true]);
  });

  it("refuses what pod security admission refuses", async () => {
    await kubectl("create", "namespace", "strict");
    await kubectl("label", "namespace", "strict", "pod-security.kubernetes.io/enforce=restricted");
    await kubectl("wait", "--for=create", "serviceaccount/default", "--namespace=strict", "--timeout=30s");
    await assert.rejects(kubectl("run", "root", "--namespace=strict", "--image=x", "--privileged"), /PodSecurity/);
  });

  it("brings up a pod whose image asks for nothing, whatever its repository is called", async () => {
    await kubectl("wait", "--for=condition=Ready", "pod/fine", "--timeout=30s");
  });

  it("takes the time that a slow pod asks for", async () => {
    await kubectl("wait", "--for=condition=Ready", "pod/slow-ready", "--timeout=30s");
    const { status } = JSON.parse(await kubectl("get", "pod/slow-ready", "--output=json")) as PodJson;
    const ready = status.conditions.find(({ type }) => type === "Ready");
    assert.ok(Date.parse(ready?.lastTransitionTime ?? "") - Date.parse(status.startTime) >= 3000);
  });

  it("lets a container crash again and again", async () => {
    await waitingFor("crash-loop", "CrashLoopBackOff");
  });

  it("does not find an image", async () => {
    await waitingFor("pull-fail", "ImagePullBackOff");
  });

  it("completes a Job, and fails one that asks for it", async () => {
    await kubectl("wait", "--for=condition=Complete", "job/migration", "--timeout=30s");
    await kubectl("wait", "--for=condition=Failed", "job/failing-migration", "--timeout=30s");
  });

  it("keeps a pod from ever being ready", async () => {
    await kubectl("wait", "--for=jsonpath={.status.phase}=Running", "pod/never-ready", "--timeout=30s");
    assert.equal(await kubectl("get", "pod/never-ready", `--output=jsonpath=${READY}`), "False");
  });

  it("gives a pod its readiness again that the loss of its node took", async () => {
    const status = { conditions: [{ type: "Ready", status: "False" }] };
    await kubectl("patch", "pod/fine", "--subresource=status", `--patch=${JSON.stringify({ status })}`);
    await kubectl("wait", "--for=condition=Ready", "pod/fine", "--timeout=30s");
  });

  it("deletes pods, those of a Job too", async () => {
    await kubectl("delete", "job/failing-migration", "pod/slow-ready", "--timeout=30s", "--cascade=foreground");
  });

  it("has the custom resources of routes and of DNS records, and a gateway", async () => {
    await kubectl("get", "dnsendpoints,httproutes", "--all-namespaces");
    await kubectl("get", "gateway/public", "--namespace=gateway-system");
  });

  it("names a component that died, with the end of its log, and repairs nothing else", async () => {
    const pidsBefore = await pids();
    const victim = pidsBefore.get("kube-scheduler") ?? assert.fail("no scheduler");
    process.kill(victim, "SIGKILL");
    await until(async () => processIdentity(victim) === undefined);

    const { exitCode, stdout, stderr } = await cli("status", "--json");
    assert.equal(exitCode, 1);
    const status = JSON.parse(stdout) as SandboxStatus;
    assert.equal(status.state, "broken");
    const died = status.components.filter(({ state }) => state === "died");
    assert.deepEqual(
      died.map(({ name }) => name),
      ["kube-scheduler"],
    );
    assert.ok(died[0] !== undefined && died[0].lastLines.length > 0);
    assert.ok(stderr.includes(died[0].lastLines.at(-1) ?? "?"));

    await up();
    const pidsAfter = await pids();
    assert.notEqual(pidsAfter.get("kube-scheduler"), victim);
    pidsBefore.delete("kube-scheduler");
    pidsAfter.delete("kube-scheduler");
    assert.deepEqual(pidsAfter, pidsBefore);
  });

  it("keeps objects and images while it is stopped", async () => {
    const image = `${location.registry}/sample/app:1.0.0`;
    const layer = path.join(folder, "layer.tar");
    // An empty archive: two blocks of zeros.
    await writeFile(layer, Buffer.alloc(1024));
    await run(resolved.paths.crane, ["append", "--oci-empty-base", "-f", layer, "-t", image]);
    const digest = await run(resolved.paths.crane, ["digest", image]);
    await kubectl("create", "configmap", "kept", "--from-literal=key=value");
    const running = await pids();

    assert.equal((await cli("down")).exitCode, 0);
    assert.deepEqual(
      [...running.values()].filter((pid) => processIdentity(pid) !== undefined),
      [],
    );
    assert.equal((await cli("status")).exitCode, 1);

    await up();
    assert.equal(await kubectl("get", "configmap/kept", "--output=jsonpath={.data.key}"), "value");
    assert.equal((await run(resolved.paths.crane, ["digest", image])).stdout, digest.stdout);
    assert.equal(await kubectl("get", "pod/fine", `--output=jsonpath=${READY}`), "True");
    // Nodes that wait for the leases of the run before would take 40 seconds.
    await kubectl("run", "late", "--image=registry.example.com/app:1.4.2");
    await kubectl("wait", "--for=condition=Ready", "pod/late", "--timeout=20s");
  });

  it("leaves nothing after a reset", async () => {
    const running = await pids();
    assert.equal((await cli("reset")).exitCode, 0);
    assert.deepEqual(
      [...running.values()].filter((pid) => processIdentity(pid) !== undefined),
      [],
    );
    await assert.rejects(stat(location.folder), { code: "ENOENT" });
    assert.ok((await Promise.all(Object.values(location.ports).map(isPortFree))).every(Boolean));
  });

  it("starts nothing where a port is taken, and says which", async () => {
    const server = createServer().listen(location.ports.scheduler, "127.0.0.1");
    try {
      await assert.rejects(up(), (error) => {
        assert.ok(error instanceof RefusalError);
        assert.deepEqual(
          error.refusals.map(({ code, place }) => [code, place.path]),
          [["port-in-use", `127.0.0.1:${location.ports.scheduler}`]],
        );
        return true;
      });
      assert.ok(await isPortFree(location.ports.registry));
    } finally {
      server.close();
    }
  });

  it("can be interrupted while it starts, and started or reset after that", async () => {
    const interruption = new AbortController();
    const interrupted = upSandbox(location, {
      tools: resolved,
      signal: interruption.signal,
      showSteps: async (steps, perform) => {
        for (const step of steps) {
          const work = perform(step, () => undefined);
          if (step.title === "API server") interruption.abort();
          await work;
        }
      },
    });
    await assert.rejects(interrupted, { name: "AbortError" });
    const { state } = await sandboxStatus(location);
    assert.equal(state, "broken");
    await up();
    assert.equal((await sandboxStatus(location)).state, "up");
  });

  async function up(): Promise<void> {
    await upSandbox(location, { tools: resolved });
  }

  /** The verb as people type it; the result whatever its exit code. */
  async function cli(verb: string, ...args: string[]): Promise<ProcessResult> {
    const main = path.join(repository, "src/cli/main.ts");
    try {
      return await run(process.execPath, [main, "sandbox", verb, "--dir", location.folder, ...args]);
    } catch (error) {
      if (!(error instanceof ProcessError) || error.exitCode === undefined) throw error;
      return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr };
    }
  }

  async function kubectl(...args: string[]): Promise<string> {
    try {
      return (await run(resolved.paths.kubectl, args, { env: { KUBECONFIG: location.kubeconfig } })).stdout;
    } catch (error) {
      throw error instanceof ProcessError ? new Error(error.stderr, { cause: error }) : error;
    }
  }

  async function canI(who: readonly string[], verb: string, resource: string): Promise<boolean> {
    try {
      return (await kubectl("auth", "can-i", verb, resource, ...who)).trim() === "yes";
    } catch (error) {
      // "no" is told by the exit code, without a word on standard error.
      assert.ok(error instanceof Error && error.cause instanceof ProcessError && error.cause.stdout.trim() === "no");
      return false;
    }
  }

  async function waitingFor(pod: string, reason: string): Promise<void> {
    const path = "{.status.containerStatuses[0].state.waiting.reason}";
    await kubectl("wait", `--for=jsonpath=${path}=${reason}`, `pod/${pod}`, "--timeout=30s");
  }

  async function pids(): Promise<Map<string, number>> {
    const { components } = await sandboxStatus(location);
    return new Map(components.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const])));
  }
});

const READY = '{.status.conditions[?(@.type=="Ready")].status}';

interface PodJson {
  readonly status: {
    readonly startTime: string;
    readonly conditions: readonly { readonly type: string; readonly lastTransitionTime: string }[];
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}
