import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { loadTrust } from "../../../src/adapters/trust/load-trust.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Outcome } from "../../../src/model/refusal.ts";
import type { Trust } from "../../../src/model/trust/trust.ts";
import { codesOf, valueOf } from "../../model/trust/sample-trust.ts";
import { makePerson, type Person } from "../../statements/people.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { TrustWriter } from "./trust-writer.ts";

/** Root 1 by ann and ben, both must sign; root 2 by ann and cid, signed by all three. */
describe("loadTrust", () => {
  let keys: string;
  let template: string;
  let anchor: string;
  let second: string;
  let [ann, ben, cid, eve]: readonly Person[] = [];

  before(async () => {
    keys = await mkdtemp(join(tmpdir(), "lockstep-test-"));
    template = join(keys, "project");
    const people = await Promise.all(["ann", "ben", "cid", "eve"].map((name) => makePerson(keys, name)));
    [ann, ben, cid, eve] = people;
    const writer = new TrustWriter(template);
    await writer.writeFiles(people.slice(0, 3));
    anchor = await writer.writeRoot(1, people.slice(0, 2), [], { threshold: 2 });
    await writer.write("trust/exemptions.yaml", "exemptions: [] # none\n");
    second = await writer.writeRoot(2, [person(ann), person(cid)], people.slice(0, 3), { threshold: 2 });
  });

  after(async () => {
    await rm(keys, { recursive: true, force: true });
  });

  function person(one: Person | undefined): Person {
    assert.ok(one !== undefined);
    return one;
  }

  function load(writer: TrustWriter, at: string | undefined = anchor): Promise<Outcome<Trust>> {
    return loadTrust({ folder: writer.folder, project: writer.project, anchor: at });
  }

  async function inProject<T>(test: (writer: TrustWriter) => Promise<T>): Promise<T> {
    return inTemporaryFolder(async (folder) => {
      const project = join(folder, "project");
      await cp(template, project, { recursive: true });
      return test(new TrustWriter(project));
    });
  }

  it("follows the anchor to the newest root, and parses what it lists", async () => {
    await inProject(async (writer) => {
      const trust = valueOf(await load(writer));
      assert.equal(trust.root?.version, 2);
      assert.equal(`2@${trust.root.digest}`, second);
      assert.deepEqual([...trust.roles.keys()], ["managers"]);
      assert.deepEqual([...trust.stages.keys()], ["inttest", "prod"]);
      assert.equal(trust.allowedSigners.signers.length, 3);
      assert.equal(valueOf(await load(writer, second)).root?.version, 2);
    });
  });

  it("takes the files as they are without an anchor, and tells which could be set", async () => {
    await inProject(async (writer) => {
      await writer.write("trust/exemptions.yaml", "exemptions: []\n");
      for (const none of [undefined, ""]) {
        const trust = valueOf(await loadTrust({ folder: writer.folder, project: writer.project, anchor: none }));
        assert.equal(trust.root, undefined);
        assert.equal(`${trust.newestRoot?.version ?? 0}@${trust.newestRoot?.digest ?? ""}`, second);
      }
    });
  });

  it("needs no more than stages.yaml without an anchor", async () => {
    await inTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "stages.yaml"), "stages: { one: { from: registry } }\n");
      const trust = valueOf(await loadTrust({ folder, project: folder, anchor: undefined }));
      assert.deepEqual([trust.root, trust.newestRoot, trust.adopted], [undefined, undefined, []]);
    });
  });

  type Breakage = (writer: TrustWriter) => Promise<unknown>;
  const append =
    (name: string): Breakage =>
    async (writer) =>
      writer.write(name, `${await readFile(join(writer.project, name), "utf8")}#`);
  const remove =
    (name: string): Breakage =>
    (writer) =>
      rm(join(writer.project, name));
  const link =
    (name: string): Breakage =>
    async (writer) => {
      const path = join(writer.project, name);
      await rename(path, `${writer.project}.moved`);
      await symlink(`${writer.project}.moved`, path);
    };
  const breakages: Readonly<Record<string, readonly [breakage: Breakage, ...codes: string[]]>> = {
    "a changed gate": [
      (writer) =>
        writer.write("trust/stages.yaml", "stages: { inttest: { from: registry }, prod: { from: registry } }\n"),
      "trust-file-changed",
    ],
    "a changed role": [append("trust/roles.yaml"), "trust-file-changed"],
    "a changed key": [append("trust/allowed_signers"), "trust-file-changed"],
    "a file that went": [remove("trust/adopted.yaml"), "trust-file-missing"],
    "a file that no root lists": [(writer) => writer.write("trust/trusted_root.json", "{}"), "trust-file-unlisted"],
    "a changed rule": [append("policy/rules/one.ts"), "rule-changed"],
    "another program or plugin": [append("Pulumi.yaml"), "rule-changed"],
    "no Pulumi.yaml": [remove("Pulumi.yaml"), "rule-missing"],
    "a linked Pulumi.yaml": [link("Pulumi.yaml"), "symbolic-link"],
    "a rule that went": [remove("policy/rules/one.ts"), "rule-missing"],
    "another rule": [(writer) => writer.write("policy/rules/two.ts", ""), "rule-unlisted"],
    "a linked file": [link("trust/roles.yaml"), "symbolic-link"],
    "a linked rule": [link("policy/rules/one.ts"), "symbolic-link"],
    "a linked folder of rules": [link("policy/rules"), "symbolic-link"],
    "a linked root": [link("trust/root/2.json"), "symbolic-link"],
    "a linked folder of roots": [link("trust/root"), "symbolic-link"],
    "a file among the roots that no verb writes": [
      (writer) => writer.write("trust/root/3.json~", ""),
      "unexpected-file",
    ],
    "the anchor's root changed": [append("trust/root/1.json"), "malformed-root"],
    "the anchor's root gone": [remove("trust/root/1.json"), "anchor-root-missing"],
    "another root by the anchor's version": [
      (writer) => writer.writeRoot(1, [person(ann), person(ben)], [], { threshold: 1 }),
      "anchor-digest-differs",
    ],
    "no signature of an owner before": [remove("trust/root/2.2.sig"), "too-few-signatures"],
    "no signature of an owner now": [remove("trust/root/2.3.sig"), "too-few-signatures"],
    "the same owner twice": [(writer) => writer.sign(2, 2, person(ann).keyFile), "too-few-signatures"],
    "a stranger": [(writer) => writer.sign(2, 3, person(eve).keyFile), "too-few-signatures"],
    "a signature made for something else": [
      (writer) => writer.sign(2, 3, person(cid).keyFile, "approval@lockstep"),
      "invalid-root-signature",
      "too-few-signatures",
    ],
    "a root that owners signed before it was changed": [
      (writer) => writer.writeRoot(2, [person(ann), person(cid)], [], { threshold: 1 }),
      "invalid-root-signature",
      "too-few-signatures",
    ],
    "a gap": [
      async (writer) => {
        await writer.writeRoot(4, [person(ann)], [person(ann), person(cid)]);
      },
      "root-gap",
    ],
    "a root of another version than its name": [
      async (writer) => {
        await writer.writeRoot(3, [person(ann)], [], { version: 7 });
      },
      "wrong-root-version",
    ],
    "a next root that nobody signed": [(writer) => writer.writeRoot(3, [person(eve)], []), "too-few-signatures"],
    "a next root that only its own owner signed": [
      (writer) => writer.writeRoot(3, [person(eve)], [person(eve)]),
      "too-few-signatures",
    ],
  };
  for (const [name, [breakage, ...codes]] of Object.entries(breakages)) {
    it(`refuses ${name}`, async () => {
      await inProject(async (writer) => {
        await breakage(writer);
        assert.deepEqual(codesOf(await load(writer)), codes);
      });
    });
  }

  for (const [name, wrong, code] of [
    ["malformed", "1", "malformed-anchor"],
    ["of a version that is not there", `9@${digestOf("x")}`, "anchor-root-missing"],
    ["of another root", `1@${digestOf("x")}`, "anchor-digest-differs"],
  ] as const) {
    it(`refuses an anchor that is ${name}`, async () => {
      await inProject(async (writer) => {
        assert.deepEqual(codesOf(await load(writer, wrong)), [code]);
      });
    });
  }

  it("accepts what the owners sign", async () => {
    await inProject(async (writer) => {
      await writer.write("policy/rules/two.ts", "");
      await writer.writeRoot(3, [person(eve)], [person(ann), person(cid), person(eve)]);
      assert.equal(valueOf(await load(writer)).root?.version, 3);
    });
  });

  it("refuses signed files that do not fit each other, all at once", async () => {
    await inProject(async (writer) => {
      await writer.write("trust/roles.yaml", "groups: { others: [{ principal: zoe, since: 2026-01-01T00:00:00Z }] }\n");
      const adopted = `{ image: "r.example.com/a@${digestOf("x")}", owner: o, reason: r, stages: [pord] }`;
      await writer.write("trust/adopted.yaml", `adopted: [${adopted}]\n`);
      const own = await writer.writeRoot(3, [person(ann)], []);
      assert.deepEqual(codesOf(await load(writer, own)), ["unknown-group", "unknown-principal", "unknown-stage"]);
    });
  });

  it("refuses the stage alone whose signed quorum nobody can fill", async () => {
    await inProject(async (writer) => {
      const gate = (count: number, fourEyes: boolean) =>
        `{ promoters: [managers], approvals: { count: ${count}, groups: [managers], fourEyes: ${String(fourEyes)} } }`;
      for (const [count, fourEyes, codes] of [
        [2, true, []],
        [3, true, ["quorum-too-high"]],
        [3, false, []],
        [4, false, ["quorum-too-high"]],
      ] as const) {
        await writer.write(
          "trust/stages.yaml",
          `stages: { inttest: { from: registry }, prod: { from: [inttest], gate: ${gate(count, fourEyes)} } }\n`,
        );
        const { stageRefusals } = valueOf(await load(writer, await writer.writeRoot(3, [person(ann)], [])));
        assert.deepEqual([...stageRefusals.keys()], codes.length > 0 ? ["prod"] : []);
        assert.deepEqual(
          (stageRefusals.get("prod") ?? []).map(({ code }) => code),
          codes,
        );
      }
    });
  });

  it("lets no changed byte of any file through", async () => {
    await inProject(async (writer) => {
      const entries = await readdir(writer.project, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      assert.equal(files.length, 15);
      assert.equal((await load(writer)).kind, "accepted");
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...files),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (file, at, mask) => {
            const bytes = await readFile(file);
            const changed = Buffer.from(bytes);
            const index = at % bytes.length;
            changed[index] = (changed[index] ?? 0) ^ mask;
            await writeFile(file, changed);
            assert.equal((await load(writer)).kind, "refused", `${file} byte ${index}`);
            await writeFile(file, bytes);
          },
        ),
        { numRuns: 60 },
      );
    });
  });
});
