import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/adapters/processes.ts";
import { signWithSshKey, verifySshSignature } from "../../src/adapters/trust/ssh-keygen.ts";
import { findSigningKey, withKeyFile, type SigningKey } from "../../src/cli/signing-key.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { codesOf, valueOf } from "../model/trust/sample-trust.ts";
import { makePerson, type Person } from "../statements/people.ts";

const NAMESPACE = "root@lockstep";

describe("findSigningKey", function () {
  this.timeout(20_000);
  let folder: string;
  let ann: Person;
  let ben: Person;
  let agent: { readonly pid: number; readonly socket: string };
  const environment = { ...process.env };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-keys-"));
    [ann, ben] = await Promise.all([makePerson(folder, "ann"), makePerson(folder, "ben")]);
    agent = await startAgent(join(folder, "agent"));
    Object.assign(process.env, {
      SSH_AUTH_SOCK: agent.socket,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
    });
  });
  after(async () => {
    process.kill(agent.pid);
    for (const name of ["SSH_AUTH_SOCK", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"]) {
      const value = environment[name];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await rm(folder, { recursive: true, force: true });
  });

  let home: string;
  let project: string;
  beforeEach(async () => {
    home = await mkdtemp(join(folder, "home-"));
    project = join(home, "project");
    await mkdir(join(home, ".ssh"));
    await mkdir(project);
    await run("git", ["init", "--quiet", project]);
    await run("ssh-add", ["-q", "-D"]);
  });

  const find = (key?: string): Promise<Outcome<SigningKey>> =>
    findSigningKey({ key, folder, project, home, signal: new AbortController().signal });
  const configure = (name: string, value: string) => run("git", ["-C", project, "config", name, value]);
  const addToAgent = ({ keyFile }: Person) => run("ssh-add", ["-q", keyFile]);

  /** Signs with the key as it was found, and lets ssh-keygen judge. */
  async function signs(found: Outcome<SigningKey>, { publicKey }: Person): Promise<void> {
    const signature = await withKeyFile(valueOf(found), (key) =>
      signWithSshKey({ key, namespace: NAMESPACE, message: "what is signed" }),
    );
    const check = await verifySshSignature({
      allowedSigners: `ann ${publicKey}\n`,
      principal: "ann",
      namespace: NAMESPACE,
      signature,
      message: "what is signed",
      atMs: undefined,
    });
    assert.equal(check.kind, "valid");
  }

  it("takes the agent's only key where there is no other, and signs with it", async () => {
    await addToAgent(ann);
    const found = await find();
    assert.equal(valueOf(found).file, undefined);
    assert.equal(valueOf(found).key.fingerprint, ann.fingerprint);
    await signs(found, ann);
  });

  it("does not choose between the agent's keys, and finds none in an empty agent", async () => {
    assert.deepEqual(codesOf(await find()), ["no-signing-key"]);
    await addToAgent(ann);
    await addToAgent(ben);
    assert.deepEqual(codesOf(await find()), ["no-signing-key"]);
  });

  for (const prefix of ["key::", ""]) {
    it(`takes a literal key${prefix === "" ? "" : ` after ${prefix}`} of git's, which the agent signs with`, async () => {
      await configure("gpg.format", "ssh");
      await configure("user.signingkey", `${prefix}${ann.publicKey} ann@example.com`);
      await addToAgent(ann);
      await addToAgent(ben);
      await signs(await find(), ann);
    });
  }

  it("takes no notice of a literal of git's where it signs with GnuPG", async () => {
    await configure("user.signingkey", `key::${ann.publicKey}`);
    await addToAgent(ben);
    assert.equal(valueOf(await find()).key.fingerprint, ben.fingerprint);
  });

  it("refuses what git is configured with and is no key, rather than take another", async () => {
    await configure("gpg.format", "ssh");
    await configure("user.signingkey", "key::nonsense");
    await addToAgent(ben);
    assert.deepEqual(codesOf(await find()), ["no-signing-key"]);
  });

  it("takes the key of --key before git's, git's before the one in ~/.ssh, and that before the agent's", async () => {
    await addToAgent(ben);
    await cp(`${ann.keyFile}.pub`, join(home, ".ssh", "id_ed25519.pub"));
    assert.equal(valueOf(await find()).key.fingerprint, ann.fingerprint);
    await configure("gpg.format", "ssh");
    await configure("user.signingkey", ben.keyFile);
    assert.equal(valueOf(await find()).key.fingerprint, ben.fingerprint);
    assert.equal(valueOf(await find("ann")).key.fingerprint, ann.fingerprint);
  });

  it("reads the public half of a private key that lies alone", async () => {
    await cp(ann.keyFile, join(home, "alone"));
    const found = await find(join(home, "alone"));
    assert.equal(valueOf(found).key.fingerprint, ann.fingerprint);
    await signs(found, ann);
    await writeFile(join(home, "broken"), "nothing\n");
    assert.deepEqual(codesOf(await find(join(home, "broken"))), ["no-signing-key"]);
  });
});

/** An agent of this test's own, which says its process id itself. */
async function startAgent(socket: string): Promise<{ readonly pid: number; readonly socket: string }> {
  const { stdout } = await run("ssh-agent", ["-s", "-a", socket]);
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]);
  assert.ok(pid > 0, stdout);
  return { pid, socket };
}
