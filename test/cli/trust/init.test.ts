import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../../../src/model/digest.ts";
import { TrustClone } from "./trust-clone.ts";

const WRITTEN = [
  "adopted.yaml",
  "allowed_signers",
  "exemptions.yaml",
  "image-keys.yaml",
  "revoked.yaml",
  "roles.yaml",
  "root/1.1.sig",
  "root/1.json",
].map((name) => `?? trust/${name}`);

describe("trust init", function () {
  this.timeout(60_000);
  let clone: TrustClone;
  beforeEach(async () => {
    clone = await TrustClone.make("anna", "ben", "carla");
  });
  afterEach(() => clone.remove());

  it("makes a trust that is verified with the anchor it prints", async () => {
    await clone.init();
    assert.equal(clone.anchor, `1@${digestOf(await clone.read("trust/root/1.json"))}`);
    assert.deepEqual((await clone.done("verify"))["root"], { version: 1, digest: clone.anchor.slice(2) });
  });

  it("writes what is missing and keeps what is there", async () => {
    await clone.write("trust/adopted.yaml", "adopted: []\n");
    await clone.commit();
    await clone.done("init", "--yes");
    assert.deepEqual(
      (await clone.status()).trim().split("\n"),
      WRITTEN.filter((line) => !line.includes("adopted")),
    );
    assert.equal(await clone.read("trust/adopted.yaml"), "adopted: []\n");
  });

  it("explains itself, and says where the anchor belongs", async () => {
    const { stdout } = await clone.trust("init", "--yes");
    for (const part of ["export LOCKSTEP_TRUST_ANCHOR=1@sha256:", "Never in the repository", "anna@example.com"])
      assert.ok(stdout.includes(part), part);
  });

  it("says which gates ask for more people than are named", async () => {
    const { open } = await clone.done("init", "--yes");
    assert.deepEqual([...new Set((open as { code: string }[]).map(({ code }) => code))], ["quorum-too-high"]);
  });

  it("says the same in `verify`, `status` and `edit` until the people are named, and other changes can be made", async () => {
    const { anchor } = await clone.done("init", "--yes");
    clone.anchor = String(anchor);
    const { stdout } = await clone.trust("verify", "--json");
    const { refusals } = JSON.parse(stdout) as { refusals: { code: string; place: { path: string } }[] };
    assert.deepEqual(
      refusals.map(({ code, place }) => `${code} ${place.path}`),
      ["quorum-too-high stages.preprod.gate.approvals.fourEyes", "quorum-too-high stages.prod.gate.approvals.count"],
    );
    const codes = (list: unknown) => (list as { code: string }[]).map(({ code }) => code);
    assert.deepEqual(codes((await clone.done("status"))["reasons"]), ["quorum-too-high", "quorum-too-high"]);
    await clone.edit("trust/stages.yaml", (text) => text.replace("soak: 24h", "soak: 1h"));
    assert.deepEqual(codes((await clone.done("edit", "--yes"))["open"]), ["quorum-too-high", "quorum-too-high"]);
    await clone.edit("trust/stages.yaml", (text) => text.replaceAll(/, approvals: {.*?}| *approvals: {.*?}\n/g, ""));
    assert.deepEqual((await clone.done("edit", "--yes"))["open"], []);
    await clone.done("sign", "--yes");
    await clone.done("verify");
  });

  it("takes another key and another name", async () => {
    await clone.done("init", "--key", clone.key("ben"), "--principal", "ben@example.com", "--yes");
    const { owners } = JSON.parse(await clone.read("trust/root/1.json")) as {
      owners: { principal: string; key: string }[];
    };
    assert.equal(owners[0]?.principal, "ben@example.com");
    assert.ok((await readKey(clone, "ben")).startsWith(owners[0].key));
  });

  for (const [name, args] of [
    ["shows the plan and writes nothing", ["--dry-run"]],
    ["writes nothing where nobody can be asked", []],
  ] as const) {
    it(name, async () => {
      const { exitCode, stdout } = await clone.trust("init", ...args);
      assert.equal(exitCode, args.length === 0 ? 2 : 0);
      assert.match(stdout, /new +trust\/roles\.yaml/);
      assert.equal(await clone.status(), "");
    });
  }

  it("is refused where there is a root already", async () => {
    await clone.init();
    assert.deepEqual(await clone.refused(2, "init", "--yes"), ["trust-exists"]);
    assert.equal(await clone.status(), "");
  });

  it("is refused without a key and without a name", async () => {
    await clone.git("config", "--unset", "user.signingkey");
    await clone.git("config", "--unset", "user.email");
    assert.deepEqual(await clone.refused(2, "init", "--yes"), ["no-principal", "no-signing-key"]);
  });

  it("is refused for more signatures than there are owners, and for two owners with one key", async () => {
    assert.deepEqual(await clone.refused(2, "init", "--yes", "--threshold", "2"), ["threshold-too-high"]);
    const same = `other@example.com=${clone.key("anna")}.pub`;
    assert.deepEqual(await clone.refused(2, "init", "--yes", "--add-owner", same), ["duplicate-owner"]);
  });

  it("leaves nothing behind where the key cannot sign", async () => {
    await rm(clone.key("anna"));
    assert.deepEqual(await clone.refused(1, "init", "--yes"), ["cannot-sign"]);
    assert.equal(await clone.status(), "");
  });

  it("leaves nothing behind where a file cannot be written", async () => {
    await clone.write("trust/root", "a file in the folder's place");
    await clone.commit();
    assert.notEqual((await clone.trust("init", "--yes")).exitCode, 0);
    assert.equal(await clone.status(), "");
  });

  it("is refused where a file that is kept contradicts the others", async () => {
    await clone.write("trust/roles.yaml", "groups: { release-managers: [] }\n");
    await clone.commit();
    assert.deepEqual(await clone.refused(2, "init", "--yes"), ["unknown-group"]);
    assert.equal(await clone.status(), "");
  });
});

async function readKey(clone: TrustClone, person: string): Promise<string> {
  return clone.read(join("..", `${person}.pub`));
}
