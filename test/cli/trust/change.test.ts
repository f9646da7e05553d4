import assert from "node:assert/strict";
import { TrustClone } from "./trust-clone.ts";

const fewer = (text: string): string => text.replace("count: 2", "count: 1");

describe("a change of the trust", function () {
  this.timeout(60_000);
  let clone: TrustClone;
  beforeEach(async () => {
    clone = await TrustClone.make("anna", "ben", "carla", "dora");
    await clone.init("--add-owner", clone.option("ben"), "--threshold", "2");
  });
  afterEach(() => clone.remove());

  const sign = (person: string, ...args: readonly string[]) =>
    clone.done("sign", "--key", clone.key(person), "--yes", ...args);
  const verify = () => clone.refused(1, "verify");

  it("counts when the threshold of the owners has signed it, and not before", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    assert.deepEqual(await verify(), ["trust-file-changed"]);
    await clone.done("edit", "--yes");
    assert.deepEqual(await verify(), ["too-few-signatures"]);
    assert.equal((await sign("anna"))["counts"], false);
    assert.deepEqual(await verify(), ["too-few-signatures"]);
    assert.equal((await sign("ben"))["counts"], true);
    await clone.done("verify");
  });

  it("counts in the rules of policy/ as well", async () => {
    await clone.edit("policy/rules/one.ts", (text) => text.replace("1", "2"));
    await clone.write("policy/rules/two.ts", "export const two = 2;\n");
    assert.deepEqual(await verify(), ["rule-changed", "rule-unlisted"]);
    const { difference } = await clone.done("edit", "--dry-run");
    assert.deepEqual((difference as { rules: unknown }).rules, [
      { name: "policy/rules/one.ts", kind: "changed" },
      { name: "policy/rules/two.ts", kind: "added" },
    ]);
  });

  for (const name of ["policy/.DS_Store", "policy/rules/.one.ts.swp", "policy/rules/one.ts~", "policy/ignored.log"]) {
    it(`is ${name} as well, though git ignores it`, async () => {
      await clone.write(".gitignore", "*~\n*.swp\n*.log\n.DS_Store\n");
      await clone.write(name, "left over\n");
      const { stdout, exitCode } = await clone.trust("verify", "--json");
      assert.equal(exitCode, 1);
      const { refusals } = JSON.parse(stdout) as {
        refusals: { code: string; found: string; place: { file: string } }[];
      };
      assert.deepEqual(
        refusals.map(({ code }) => code),
        ["rule-unlisted"],
      );
      assert.ok(refusals[0]?.place.file.endsWith(name));
      assert.match(refusals[0]?.found ?? "", /added since/);
      assert.doesNotMatch(await clone.status(), /policy/);
    });
  }

  it("is verified with the trusted root that keyless signatures need", async () => {
    await clone.write("trust/trusted_root.json", "{}\n");
    await clone.done("edit", "--yes");
    for (const person of ["anna", "ben"]) await sign(person);
    assert.deepEqual(await verify(), ["invalid-trusted-root"]);
  });

  it("is signed by each owner once", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    await clone.done("edit", "--yes");
    await sign("anna");
    assert.deepEqual(await clone.refused(1, "sign", "--key", clone.key("anna"), "--yes"), ["signed-already"]);
    assert.deepEqual(await verify(), ["too-few-signatures"]);
  });

  it("is signed by owners only", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    await clone.done("edit", "--yes");
    assert.deepEqual(await clone.refused(1, "sign", "--key", clone.key("carla"), "--yes"), ["not-an-owner"]);
  });

  it("is shown line by line to whoever signs, also where it is committed already", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    await clone.done("edit", "--yes");
    await clone.commit();
    const { stdout } = await clone.trust("sign", "--dry-run");
    assert.match(stdout, /^-.*count: 2/m);
    assert.match(stdout, /^\+.*count: 1/m);
    assert.equal(await clone.status(), "");
  });

  it("cannot hide a line from whoever signs", async () => {
    await clone.edit("policy/rules/one.ts", (text) => `${text}\r// \u001b[2K\u202e\n`);
    await clone.done("edit", "--yes");
    const { stdout } = await clone.trust("sign", "--dry-run");
    for (const sign of ["\r", "\u001b", "\u202e"]) assert.ok(!stdout.includes(sign));
  });

  it("is not signed where a file was changed once more; edited again, the signatures begin anew", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    await clone.done("edit", "--yes");
    await sign("anna");
    await clone.edit("trust/stages.yaml", (text) => text.replace("soak: 24h", "soak: 1h"));
    assert.deepEqual(await clone.refused(1, "sign", "--key", clone.key("ben"), "--yes"), ["trust-file-changed"]);
    const { replacesPending } = await clone.done("edit", "--yes");
    assert.equal(replacesPending, true);
    assert.equal((await sign("ben"))["counts"], false);
    assert.equal((await sign("anna"))["counts"], true);
  });

  it("keeps the signatures where it is edited again without another change", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    await clone.done("edit", "--yes");
    await sign("anna");
    assert.deepEqual((await clone.done("edit", "--yes"))["kind"], "written-already");
    assert.equal((await sign("ben"))["counts"], true);
  });

  it("is withdrawn where the files are taken back", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    await clone.done("edit", "--yes");
    await sign("anna");
    await clone.git("checkout", "trust/stages.yaml");
    assert.equal((await clone.done("edit", "--yes"))["kind"], "withdraw");
    assert.equal(await clone.status(), "");
    await clone.done("verify");
  });

  it("is none where nothing differs", async () => {
    assert.equal((await clone.done("edit", "--yes"))["kind"], "unchanged");
    assert.equal(await clone.status(), "");
    assert.deepEqual(await clone.refused(1, "sign", "--yes"), ["nothing-to-sign"]);
  });

  it("is refused where a file does not parse or names somebody without a key", async () => {
    await clone.edit("trust/roles.yaml", (text) => text.replace("ben@example.com", "bob@example.com"));
    assert.deepEqual(await clone.refused(2, "edit", "--yes"), ["unknown-principal"]);
    await clone.write("trust/roles.yaml", "groups: [");
    assert.notDeepEqual(await clone.refused(2, "edit", "--yes"), []);
    assert.doesNotMatch(await clone.status(), /root/);
  });

  it("makes owners of people who signed as well, under the old threshold and the new one", async () => {
    await clone.done("edit", "--add-owner", clone.option("dora"), "--threshold", "3", "--yes");
    await sign("anna");
    assert.equal((await sign("ben"))["counts"], false);
    assert.equal((await sign("dora"))["counts"], true);
    await clone.done("verify");
    await clone.done("edit", "--remove-owner", "anna@example.com", "--threshold", "2", "--yes");
    for (const person of ["ben", "dora"]) await sign(person);
    // The threshold of the owners before is three.
    assert.deepEqual(await verify(), ["too-few-signatures"]);
    assert.equal((await sign("anna"))["counts"], true);
  });

  it("does not forget a new owner because a file was changed once more", async () => {
    await clone.done("edit", "--add-owner", clone.option("dora"), "--yes");
    await clone.edit("trust/stages.yaml", fewer);
    const { difference } = await clone.done("edit", "--yes");
    assert.deepEqual(
      (difference as { ownersAdded: { principal: string }[] }).ownersAdded.map(({ principal }) => principal),
      ["dora@example.com"],
    );
  });

  it("is refused for an owner that is none, and a threshold that nobody reaches", async () => {
    const args = ["edit", "--remove-owner", "anne@example.com", "--threshold", "3", "--yes"];
    assert.deepEqual(await clone.refused(2, ...args), ["threshold-too-high", "unknown-owner"]);
  });

  it("does not count for another anchor", async () => {
    clone.anchor = clone.anchor.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    assert.deepEqual(await verify(), ["anchor-digest-differs"]);
    assert.deepEqual(await clone.refused(2, "edit", "--yes"), ["anchor-digest-differs"]);
    clone.anchor = "";
    assert.deepEqual(await verify(), ["no-anchor"]);
  });

  it("is written and signed by nobody who cannot be asked", async () => {
    await clone.edit("trust/stages.yaml", fewer);
    assert.equal((await clone.trust("edit")).exitCode, 2);
    assert.doesNotMatch(await clone.status(), /root/);
    await clone.done("edit", "--yes");
    assert.equal((await clone.trust("sign")).exitCode, 2);
    assert.doesNotMatch(await clone.status(), /sig/);
  });
});
