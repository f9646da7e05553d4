import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import { freePortBase } from "../sandbox/free-port-base.ts";
import { Clone } from "./clone.ts";
import { refused, succeeded, textOf } from "./outcomes.ts";
import { atTheEnd } from "./shared-sandbox.ts";

/** As in a shell that nobody prepared. */
const UNPREPARED = {
  LOCKSTEP_SANDBOX: "",
  LOCKSTEP_STORE: "",
  LOCKSTEP_TRUST: "",
  KUBECONFIG: "",
  PULUMI_BACKEND_URL: "",
};

describe("lockstep quickstart in a fresh clone", () => {
  let clone: Clone;
  let env: Readonly<Record<string, string>>;

  before(async () => {
    clone = await Clone.make();
    const base = await freePortBase();
    env = { ...UNPREPARED, LOCKSTEP_SANDBOX_PORT_BASE: String(base) };
    await clone.edit("Pulumi.inttest.yaml", (text) =>
      text.replaceAll(clone.sandbox.location.registry, `127.0.0.1:${base}`),
    );
    await clone.commit();
    atTheEnd(reset);
  });
  after(reset);

  // Not npm run quickstart: with another lock file it would install into the folder that the clone borrows.
  const quickstart = () => clone.lockstep(["quickstart"], { env, timeoutMs: 300_000 });

  async function reset(): Promise<void> {
    await clone.lockstep(["sandbox", "reset"], { env });
  }

  async function inShell(command: string): Promise<string> {
    const script = `set -e; source .sandbox/env; ${command}`;
    return (await run("bash", ["-c", script], { cwd: clone.folder, env })).stdout;
  }

  it("ends with a table of what runs, and what to try next", async () => {
    const text = succeeded(await quickstart());
    for (const [name, ready] of Object.entries({ appointments: 2, patients: 3, portal: 2 })) {
      assert.match(text, new RegExp(`│ ${name} +│ \\d+\\.\\d+\\.\\d+ +│ ${ready} +│`));
    }
    assert.match(text, /source \.sandbox\/env/);
  });

  it("leaves the working tree as it was", async () => {
    assert.equal(await clone.gitStatus(), "");
  });

  it("has made a shell ready for kubectl and pulumi", async () => {
    assert.match(await inShell("kubectl get pods -A"), /portal-\S+ +1\/1 +Running/);
    assert.match(await inShell("pulumi preview -s prod"), /prod is empty/);
    await inShell("pulumi preview -s inttest --expect-no-changes");
    assert.match(await inShell(`command -v pulumi; echo "$KUBECONFIG"`), new RegExp(join(clone.folder, ".sandbox")));
  });

  it("does no harm the second time: it changes nothing and ends with the same table", async () => {
    const pods = await inShell("kubectl get pods -A -o name");
    const text = succeeded(await quickstart());
    assert.match(text, /│ portal /);
    assert.doesNotMatch(text, /to create|to update|to delete|created|deleted/);
    assert.equal(await inShell("kubectl get pods -A -o name"), pods);
    assert.equal(await clone.gitStatus(), "");
  });

  it("shows how it is used where it is used wrongly", async () => {
    for (const words of [["--nonsense"], ["inttest"]]) {
      refused(await clone.lockstep(["quickstart", ...words], { env }), ["--help"], 2);
    }
    assert.match(textOf(await clone.lockstep(["quikstart"], { env })), /quickstart/);
  });
});
