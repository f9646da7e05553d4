import assert from "node:assert/strict";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import { Clone } from "./clone.ts";
import { refused, succeeded } from "./outcomes.ts";

describe("lockstep trust, in a fresh clone", () => {
  let clone: Clone;
  let home: string;
  let anchor = "";

  before(async () => {
    clone = await Clone.make();
    home = join(clone.folder, "..", "home");
    await mkdir(join(home, ".ssh"), { recursive: true, mode: 0o700 });
    for (const name of [".ssh/id_ed25519", "ben", "carla"])
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(home, name)]);
    await run("git", ["config", "user.email", "anna@example.com"], { cwd: clone.folder });
  });
  after(() => clone.remove());

  /** As somebody who never saw a sandbox types it. */
  async function trust(...args: readonly string[]): Promise<ProcessResult> {
    const env = {
      HOME: home,
      GIT_CONFIG_GLOBAL: "/dev/null",
      SSH_AUTH_SOCK: "",
      LOCKSTEP_TRUST: "",
      LOCKSTEP_TRUST_ANCHOR: anchor,
    };
    return clone.lockstep(["trust", ...args], { env });
  }
  const option = (person: string): string => `${person}@example.com=${join(home, `${person}.pub`)}`;

  it("starts with one command, and is verified with the line that it prints", async () => {
    refused(await trust("verify"), ["LOCKSTEP_TRUST_ANCHOR", "trust -- init"], 1);
    const people = [
      "--add-owner",
      option("ben"),
      "--threshold",
      "2",
      "--member",
      option("ben"),
      "--member",
      option("carla"),
    ];
    const text = succeeded(await trust("init", ...people, "--yes"));
    anchor = /^ {2}export LOCKSTEP_TRUST_ANCHOR=(\S+)$/m.exec(text)?.[1] ?? "";
    assert.match(anchor, /^1@sha256:[0-9a-f]{64}$/);
    succeeded(await trust("verify"));
    await clone.commit();
  });

  it("refuses a changed file until two owners have signed, one of them twice for nothing", async () => {
    await clone.edit("trust/stages.yaml", (text) => text.replace("soak: 24h", "soak: 1h"));
    refused(await trust("verify"), ["trust/stages.yaml", "changed since root 1 was signed"], 1);
    succeeded(await trust("edit", "--yes"));
    succeeded(await trust("sign", "--yes"));
    refused(await trust("sign", "--yes"), ["a signature of anna@example.com already"], 1);
    refused(await trust("verify"), ["ben@example.com"], 1);
    assert.match(succeeded(await trust("sign", "--key", join(home, "ben"), "--yes")), /Root 2 counts now/);
    succeeded(await trust("verify"));
  });

  it("can be checked with sha256sum and ssh-keygen, as docs/trust.md says", async () => {
    const guide = await clone.read("docs/trust.md");
    const script =
      /```sh\n(sha256sum trust\/root\/1\.json[^]*?)```/.exec(guide)?.[1] ?? assert.fail("no script in the guide");
    const { stdout } = await run("/bin/sh", ["-eu", "-c", script], { cwd: clone.folder });
    assert.ok(stdout.startsWith(anchor.replace("1@sha256:", "")));
    assert.match(stdout, /Good "root@lockstep" signature for anna@example\.com/);
    assert.match(stdout, /^trust\/stages\.yaml: OK$/m);
    assert.match(stdout, /^policy\/rules\/\S+: OK$/m);
  });
});

describe("a trust that one person began", () => {
  let clone: Clone;
  before(async () => {
    clone = await Clone.make();
  });
  after(() => clone.remove());

  it("lets the first stage be planned, and says what the gates of the others lack", async () => {
    // The supplier's key is known; people are not yet.
    await clone.write("trust/image-keys.yaml", await readFile(join(clone.trust, "image-keys.yaml"), "utf8"));
    const { keyFile } = await clone.person("anna");
    const env: Record<string, string> = { LOCKSTEP_TRUST: "" };
    const init = ["trust", "init", "--key", keyFile, "--principal", "anna@example.com", "--yes", "--json"];
    const plan = JSON.parse(succeeded(await clone.lockstep(init, { env }))) as { anchor: string };
    env["LOCKSTEP_TRUST_ANCHOR"] = plan.anchor;
    succeeded(await clone.pulumi(["preview", "--stack", "inttest"], { env }));
    const preview = await clone.pulumi(["preview", "--stack", "prod"], { env });
    refused(preview, ["trust/stages.yaml", "prod asks for 2 approvals"]);
    refused(await clone.lockstep(["trust", "verify"], { env }), ["preprod asks for 1", "prod asks for 2"], 1);
  });
});

describe("the trust of the sandbox", () => {
  let clone: Clone;
  before(async () => {
    clone = await Clone.make();
  });
  after(() => clone.remove());

  it("is whole, and lets the first stage be planned", async () => {
    succeeded(await clone.lockstep(["trust", "verify"]));
    succeeded(await clone.preview());
  });

  for (const [what, file] of [
    ["an exemption", () => join(clone.trust, "exemptions.yaml")],
    ["a rule", () => join(clone.folder, "policy", "rules", "image-pinned.ts")],
  ] as const) {
    it(`refuses every stage where ${what} was changed, until the owner has signed`, async () => {
      await appendFile(file(), what === "a rule" ? "// changed\n" : "# changed\n");
      refused(await clone.preview(), ["changed since root"]);
      await clone.signTrust();
      succeeded(await clone.preview());
    });
  }

  it("is not the trust of another anchor", async () => {
    const env = { LOCKSTEP_TRUST_ANCHOR: `1@sha256:${"0".repeat(64)}` };
    refused(await clone.pulumi(["preview", "--stack", "inttest"], { env }), ["LOCKSTEP_TRUST_ANCHOR"]);
  });
});
