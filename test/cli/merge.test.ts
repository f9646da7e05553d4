import assert from "node:assert/strict";
import { join } from "node:path";
import { ProcessError, run } from "../../src/adapters/processes.ts";
import type { YamlChange } from "../../src/model/yaml-edit.ts";
import { editYaml } from "../../src/model/yaml-edit.ts";
import { folderNameOf, parseStatement, renderStatement } from "../../src/model/statements/statement.ts";
import { GitRepository } from "../adapters/git-repository.ts";
import { inTemporaryFolder } from "../adapters/temporary-folder.ts";
import { PROJECT, statesOf, T0 } from "../delivery/coverage/sample-court.ts";
import { pinOf } from "../model/generated-stack-file.ts";
import { sourceOf } from "../model/sample-stage.ts";

const FILE = "Pulumi.prod.yaml";
const LOCKSTEP = join(import.meta.dirname, "..", "..", "bin", "lockstep.js");
const DRIVER = `'${process.execPath}' '${LOCKSTEP}' merge %O %A %B %P`;

const level = (name: string, value: number): YamlChange => ({ path: ["config", "lockstep:schemaLevels", name], value });
const pin = (name: string, version: number): YamlChange => ({
  path: ["config", "lockstep:pins", name],
  value: pinOf(name, version, 0),
});
const BASE = editYaml(sourceOf("# by hand\nconfig:\n  lockstep:schemaLevels: {}\n  lockstep:pins:\n"), [
  ...[pin("appointments", 1), pin("portal", 1), level("appointments", 1), level("portal", 1)],
]);

interface Branch {
  readonly changes: readonly YamlChange[];
  /** Of the person who promotes; with a statement about portal. */
  readonly who?: string;
  /** What people edit beside. */
  readonly edit?: (text: string) => string;
}

/** The files that a branch commits. */
function filesOf({ changes, who, edit = (text) => text }: Branch): Record<string, string> {
  const files = { [FILE]: edit(editYaml(sourceOf(BASE), changes)) };
  if (who === undefined) return files;
  const applications = new Map([...statesOf()].filter(([name]) => name === "portal"));
  const text = renderStatement({
    ...{ kind: "promotion", project: PROJECT, stage: "prod", from: "preprod", who, whenMs: T0, reason: `by ${who}` },
    ...{ source: undefined, restores: undefined },
    applications: new Map(
      [...applications].map(([name, after]) => [name, { before: undefined, after, previous: undefined }]),
    ),
  });
  const parsed = parseStatement(Buffer.from(text), "statement.json");
  assert.ok(parsed.kind === "accepted");
  return { ...files, [`statements/prod/${folderNameOf(parsed.value)}/statement.json`]: text };
}

interface Merged {
  readonly exitCode: number;
  readonly said: string;
  readonly text: string;
  readonly repository: GitRepository;
}

/** Two branches, the second merged into the first, by a git that has the driver switched on. */
async function merging(ours: Branch, theirs: Branch, test: (merged: Merged) => Promise<void> | void): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const repository = await GitRepository.make(folder, {
      [FILE]: BASE,
      ".gitattributes": "Pulumi.*.yaml merge=lockstep\n",
    });
    await repository.git("config", "merge.lockstep.driver", DRIVER);
    await repository.git("config", "user.name", "test");
    await repository.git("config", "user.email", "test@example.com");
    await repository.git("checkout", "--quiet", "-b", "theirs");
    await repository.commit(filesOf(theirs));
    await repository.git("checkout", "--quiet", "main");
    await repository.commit(filesOf(ours));
    const options = { cwd: folder, env: { LOCKSTEP_PROJECT: folder } };
    const result = await run("git", ["merge", "--no-edit", "theirs"], options).catch((error: unknown) => {
      if (error instanceof ProcessError && error.exitCode !== undefined)
        return { stdout: error.stdout, stderr: error.stderr, exitCode: error.exitCode };
      throw error;
    });
    const text = (await run("cat", [FILE], { cwd: folder })).stdout;
    await test({ exitCode: result.exitCode, said: `${result.stdout}\n${result.stderr}`, text, repository });
  });
}

describe("lockstep merge, as git's merge driver", () => {
  it("merges two applications whose levels stand in one line, and what people wrote", async () => {
    const ours = { changes: [pin("appointments", 2), level("appointments", 2)] };
    const theirs = {
      changes: [pin("portal", 3), level("portal", 3), pin("billing", 3)],
      edit: (text: string) => text.replace("# by hand", "# by both hands"),
    };
    await merging(ours, theirs, ({ exitCode, said, text }) => {
      assert.equal(exitCode, 0, said);
      const expected = editYaml(sourceOf(BASE), [...ours.changes, ...theirs.changes]);
      assert.equal(text, expected.replace("# by hand", "# by both hands"));
    });
  });

  it("leaves the markers at an application that two people moved, and names it, both statements, and a way out that works", async () => {
    const ours = { changes: [pin("portal", 2), pin("appointments", 2)], who: "ada@example.com" };
    const theirs = { changes: [pin("portal", 3), pin("billing", 3)], who: "ben@example.com" };
    await merging(ours, theirs, async ({ exitCode, said, text, repository }) => {
      assert.equal(exitCode, 1);
      for (const part of ["portal was changed in two ways", "by ada@example.com", "by ben@example.com"])
        assert.ok(said.includes(part), said);
      assert.match(text, /^<<<<<<< ours$/m);
      // What only one of them did is merged beside the markers.
      assert.ok(text.includes("ehealth/billing:1.3.0") && text.includes("ehealth/appointments:1.2.0"));
      const removal = /^ *(git rm -r --force \S+)$/m.exec(said)?.[1] ?? "";
      await run("sh", ["-c", `git checkout --theirs ${FILE} && ${removal} && git add ${FILE}`], {
        cwd: repository.folder,
      });
      assert.equal(await repository.git("diff", "theirs", "--", FILE, "statements"), "");
    });
  });

  it("marks lines that two people wrote in two ways, and only these", async () => {
    const ours = { changes: [pin("appointments", 2)], edit: (text: string) => text.replace("# by hand", "# ours") };
    const theirs = { changes: [pin("portal", 3)], edit: (text: string) => text.replace("# by hand", "# theirs") };
    await merging(ours, theirs, ({ exitCode, said, text }) => {
      assert.equal(exitCode, 1);
      assert.ok(said.includes("1 places") || said.includes("conflict markers"), said);
      assert.equal(text.split("\n").filter((line) => line.startsWith("=======")).length, 1);
      assert.ok(text.includes("ehealth/portal:1.3.0") && text.includes("ehealth/appointments:1.2.0"));
    });
  });

  it("lets nothing through that it cannot read", async () => {
    const ours = { changes: [pin("appointments", 2)] };
    const theirs = { changes: [], edit: (text: string) => `${text}\tno YAML: [\n` };
    await merging(ours, theirs, ({ exitCode }) => {
      assert.equal(exitCode, 1);
    });
  });
});
