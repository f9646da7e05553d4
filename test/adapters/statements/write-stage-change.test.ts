import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { chmod, mkdir, readFile, readlink, rename, stat, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { realDisk } from "../../../src/adapters/disk.ts";
import { run } from "../../../src/adapters/processes.ts";
import { writeStackFile } from "../../../src/adapters/stack-file-writer.ts";
import { findUnfinished, finishUnfinished } from "../../../src/adapters/statements/pending-change.ts";
import { writeStageChange } from "../../../src/adapters/statements/write-stage-change.ts";
import { RefusalError } from "../../../src/model/refusal.ts";
import { GitRepository } from "../git-repository.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { interruptedDisk } from "./interrupted-disk.ts";
import {
  AFTER,
  assertReadable,
  BEFORE,
  change,
  codeOf,
  contentsOf,
  FILE,
  FOLDER,
  layOut,
  leftoverOf,
  statement,
} from "./written-stage.ts";

const WRITTEN = [join(FOLDER, "statement.json"), join(FOLDER, "promoter.sig")];

async function inStage(test: (root: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (root) => {
    await layOut(root);
    await test(root);
  });
}

/** Leaves what a run leaves that is killed when everything is decided on and nothing in place: no step ever ends. */
async function leaveDecided(root: string): Promise<void> {
  const journal = join(root, ".lockstep", "pending", "prod");
  await inTemporaryFolder(async (other) => {
    await layOut(other);
    const copied = Promise.withResolvers<undefined>();
    const disk = interruptedDisk(async (_, what, path) => {
      if (what !== "makeFolder" || basename(path) !== "prod") return;
      await mkdir(join(root, ".lockstep", "pending"), { recursive: true });
      await run("cp", ["-r", join(other, ".lockstep", "pending", "prod"), journal]);
      copied.resolve(undefined);
    });
    await writeStageChange(change, other, disk);
    await copied.promise;
  });
}

async function refusalOf(writing: Promise<unknown>): Promise<RefusalError> {
  const error: unknown = await writing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RefusalError, String(error));
  return error;
}

describe("writeStageChange", () => {
  it("writes statement and stack file, says which files, and leaves nothing else behind", async () => {
    await inStage(async (root) => {
      const written = await writeStageChange(change, root);
      assert.deepEqual(written, { folder: FOLDER, files: [...WRITTEN, FILE] });
      assert.deepEqual(await contentsOf(root, true), {
        [FILE]: AFTER,
        [join(FOLDER, "promoter.sig")]: change.signature,
        [join(FOLDER, "statement.json")]: change.statement,
      });
      await assertReadable(root);
    });
  });

  it("writes a statement alone where the stack file stays as it is", async () => {
    await inStage(async (root) => {
      const { files } = await writeStageChange({ ...change, changes: [] }, root);
      assert.deepEqual(files, WRITTEN);
      assert.equal(await readFile(join(root, FILE), "utf8"), BEFORE);
    });
  });

  it("keeps the stack file's permissions, and keeps a link a link", async () => {
    await inStage(async (root) => {
      await mkdir(join(root, "real"));
      await rename(join(root, FILE), join(root, "real", FILE));
      await chmod(join(root, "real", FILE), 0o640);
      await symlink(join("real", FILE), join(root, FILE));
      const { files } = await writeStageChange(change, root);
      assert.deepEqual(files, [...WRITTEN, join("real", FILE)]);
      assert.equal(await readlink(join(root, FILE)), join("real", FILE));
      assert.equal(await readFile(join(root, FILE), "utf8"), AFTER);
      assert.equal((await stat(join(root, "real", FILE))).mode & 0o777, 0o640);
    });
  });

  it("never writes onto a text that it was not planned on", async () => {
    await inStage(async (root) => {
      await writeFile(join(root, FILE), `${BEFORE}# meanwhile\n`);
      for (const one of [change, { ...change, changes: [] }])
        assert.equal(await codeOf(writeStageChange(one, root)), "file-changed");
      assert.deepEqual(await contentsOf(root, true), { [FILE]: `${BEFORE}# meanwhile\n` });
    });
  });

  it("refuses a statement that is there already", async () => {
    await inStage(async (root) => {
      await writeStageChange({ ...change, changes: [] }, root);
      assert.equal(await codeOf(writeStageChange(change, root)), "statement-exists");
      assert.equal(await readFile(join(root, FILE), "utf8"), BEFORE);
    });
  });

  it("keeps what an editor saves meanwhile, and then writes nothing", async () => {
    const saved = `${BEFORE}# saved meanwhile\n`;
    const codes: (string | undefined)[] = [];
    for (let at = 0, isOver = { yes: false }; !isOver.yes; at += 1) {
      await inStage(async (root) => {
        isOver.yes = true;
        const disk = interruptedDisk((step, what, path) => {
          // Between the last look and the rename itself there is no step.
          if (step !== at) return;
          isOver.yes = false;
          if (what !== "rename" || basename(path) !== FILE) writeFileSync(join(root, FILE), saved);
        });
        const code = await codeOf(writeStageChange(change, root, disk));
        codes.push(code);
        const contents = await contentsOf(root, true);
        if (code !== undefined) assert.deepEqual(contents, { [FILE]: saved });
        else assert.ok([saved, AFTER].includes(contents[FILE] ?? "") && Object.keys(contents).length === 3);
      });
    }
    assert.deepEqual(new Set(codes), new Set(["file-changed", undefined]));
  });

  it("takes everything back where the disk fails at any step", async () => {
    const left = new Set<string>();
    for (let at = 0, isOver = { yes: false }; !isOver.yes; at += 1) {
      await inStage(async (root) => {
        isOver.yes = true;
        const disk = interruptedDisk((step) => {
          if (step !== at) return;
          isOver.yes = false;
          throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
        });
        const code = await codeOf(writeStageChange(change, root, disk));
        left.add(code ?? "done");
        if (code === "unfinished-change") await finishUnfinished("prod", root);
        const isWritten = code === undefined || code === "unfinished-change";
        assert.equal(await readFile(join(root, FILE), "utf8"), isWritten ? AFTER : BEFORE);
        await assertReadable(root);
        await finishUnfinished("prod", root);
        assert.equal(Object.keys(await contentsOf(root, true)).length, isWritten ? 3 : 1);
      });
    }
    assert.deepEqual(left, new Set(["not-written", "unfinished-change", "done"]));
  });
});

describe("what a killed run left behind", () => {
  it("is found, named, and finished", async () => {
    await inStage(async (root) => {
      assert.equal(await findUnfinished("prod", root), undefined);
      await leaveDecided(root);
      const { digest } = statement;
      const files = [...WRITTEN, FILE];
      const found = { kind: "decided", what: "statement", statement: digest, folder: FOLDER, files, canFinish: true };
      assert.deepEqual(await findUnfinished("prod", root), found);
      assert.deepEqual(await finishUnfinished("prod", root), { folder: FOLDER, files });
      assert.equal(await readFile(join(root, FILE), "utf8"), AFTER);
      assert.equal(await leftoverOf(root), "nothing");
    });
  });

  it("is not finished where it came with a branch, though every digest in it is right", async () => {
    await inStage(async (root) => {
      await leaveDecided(root);
      const repository = await GitRepository.make(root);
      const before = await contentsOf(root, true);
      assert.equal(await codeOf(finishUnfinished("prod", root)), "foreign-journal");
      assert.equal(await codeOf(findUnfinished("prod", root)), "foreign-journal");
      assert.deepEqual(await contentsOf(root, true), before);
      await repository.git("rm", "-r", "--quiet", "--cached", ".lockstep");
      assert.deepEqual((await finishUnfinished("prod", root))?.files, [...WRITTEN, FILE]);
    });
  });

  it("stands in the way of whatever else writes the stack file", async () => {
    await inStage(async (root) => {
      await leaveDecided(root);
      const { source, changes } = change;
      assert.equal(await codeOf(writeStackFile("prod", source, changes, root)), "unfinished-change");
    });
  });

  it("is of one stage", async () => {
    await inStage(async (root) => {
      await leaveDecided(root);
      await writeFile(join(root, "Pulumi.prod-eu.yaml"), BEFORE);
      assert.equal(await findUnfinished("prod-eu", root), undefined);
      assert.equal(await finishUnfinished("prod-eu", root), undefined);
      assert.equal(await leftoverOf(root), "decided");
    });
  });

  const EDITED = `${BEFORE}# edited since\n`;
  it("is not finished over somebody's edit: nothing is touched", async () => {
    await inStage(async (root) => {
      await leaveDecided(root);
      await writeFile(join(root, FILE), EDITED);
      const before = await contentsOf(root, true);
      const found = await findUnfinished("prod", root);
      assert.ok(found?.kind === "decided" && !found.canFinish);
      assert.equal(await codeOf(finishUnfinished("prod", root)), "unfinished-change");
      assert.deepEqual(await contentsOf(root, true), before);
    });
  });

  for (const [way, expected] of [
    [0, AFTER],
    [1, EDITED],
  ] as const) {
    it(`leaves over somebody's edit two ways out that work as they are typed (${way === 0 ? "finish" : "drop"})`, async () => {
      await inStage(async (root) => {
        await leaveDecided(root);
        await writeFile(join(root, FILE), EDITED);
        const { refusals } = await refusalOf(finishUnfinished("prod", root));
        const line = refusals[0]?.action.split("\n")[way] ?? "";
        await run("sh", ["-c", line.slice(line.indexOf(": ") + 2).replace(/; then .*/, "")]);
        await finishUnfinished("prod", root);
        assert.equal(await readFile(join(root, FILE), "utf8"), expected);
        assert.equal(Object.keys(await contentsOf(root, true)).length, way === 0 ? 3 : 1);
      });
    });
  }

  const damages: Readonly<Record<string, (journal: string) => Promise<void>>> = {
    "no plan": (journal) => realDisk.remove(join(journal, "plan.json")),
    "half a plan": (journal) => writeFile(join(journal, "plan.json"), '{"format":1,'),
    "a plan that leads elsewhere": async (journal) => {
      const plan = await readFile(join(journal, "plan.json"), "utf8");
      await writeFile(join(journal, "plan.json"), plan.replace(/"folder": ".*?"/, '"folder": "../../x"'));
    },
    "another statement": (journal) => writeFile(join(journal, "statement", "statement.json"), "{}"),
    "another stack file": (journal) => writeFile(join(journal, "stack-file.yaml"), "config: {}\n"),
    "another stage": async (journal) => {
      const plan = await readFile(join(journal, "plan.json"), "utf8");
      await writeFile(join(journal, "plan.json"), plan.replace('"stage": "prod"', '"stage": "extest"'));
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`is refused where it has ${what}, and not touched`, async () => {
      await inStage(async (root) => {
        await leaveDecided(root);
        await damage(join(root, ".lockstep", "pending", "prod"));
        const before = await contentsOf(root, true);
        assert.equal(await codeOf(findUnfinished("prod", root)), "damaged-journal");
        assert.equal(await codeOf(finishUnfinished("prod", root)), "damaged-journal");
        assert.equal(await codeOf(writeStageChange(change, root)), "damaged-journal");
        assert.deepEqual(await contentsOf(root, true), before);
      });
    });
  }
});
