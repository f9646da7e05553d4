import assert from "node:assert/strict";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessError, run } from "../../../src/adapters/processes.ts";
import { finishUnfinished } from "../../../src/adapters/statements/pending-change.ts";
import { writeApproval } from "../../../src/adapters/statements/write-approval.ts";
import { writeStageChange } from "../../../src/adapters/statements/write-stage-change.ts";
import { digestOf, hexOf } from "../../../src/model/digest.ts";
import { privateMounts } from "../private-mounts.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { interruptedDisk } from "./interrupted-disk.ts";
import {
  ageLock,
  approvalOf,
  assertReadable,
  BEFORE,
  change,
  codeOf,
  contentsOf,
  FILE,
  FOLDER,
  layOut,
  leftoverOf,
} from "./written-stage.ts";

const WRITER = join(import.meta.dirname, "killed-writer.ts");
const NOBODY = 65_534;
const AT_ONCE = 4;

/** Of all writers of this run. */
let compiled = "";
before(async () => {
  compiled = await mkdtemp(join(tmpdir(), "lockstep-test-compiled-"));
});
after(() => rm(compiled, { recursive: true }));

interface Ending {
  readonly steps?: number;
  readonly refused?: string;
  readonly killed?: boolean;
}

/** Runs the writer in a process of its own. @param within a command that runs it, such as `unshare` */
async function writer(args: readonly string[], within: readonly string[] = []): Promise<Ending> {
  const [file = "", ...rest] = [...within, process.execPath, WRITER, ...args];
  try {
    return JSON.parse((await run(file, rest, { env: { NODE_COMPILE_CACHE: compiled } })).stdout) as Ending;
  } catch (error) {
    if (error instanceof ProcessError && error.stderr === "") return { killed: true };
    throw error;
  }
}

type Contents = Readonly<Record<string, string>>;

interface Fault {
  readonly what: "change" | "approval" | "finish";
  readonly begin: (root: string) => Promise<void>;
  /** Typed again: what the next run does. */
  readonly again: (root: string) => Promise<unknown>;
}

const faults: Readonly<Record<string, Fault>> = {
  "a change": { what: "change", begin: (root) => layOut(root), again: (root) => writeStageChange(change, root) },
  "an approval": {
    what: "approval",
    begin: (root) => layOut(root, true),
    again: (root) => writeApproval(approvalOf("ben@example.com"), root),
  },
  "the finishing of a change": {
    what: "finish",
    async begin(root) {
      await layOut(root);
      await killDecided(root);
    },
    again: (root) => finishUnfinished("prod", root),
  },
};

/** Kills a change right after it was decided on. */
async function killDecided(root: string): Promise<void> {
  assert.deepEqual(await writer([root, "change", String(await stepOfDecision())]), { killed: true });
  await ageLock(root);
  assert.equal(await leftoverOf(root), "decided");
}

/** The step that follows the rename by which a change is decided on. */
async function stepOfDecision(): Promise<number> {
  return inTemporaryFolder(async (root) => {
    await layOut(root);
    let decided = 0;
    const disk = interruptedDisk((step, what, path) => {
      if (what === "rename" && path.endsWith("/pending/prod")) decided = step + 1;
    });
    await writeStageChange(change, root, disk);
    return decided;
  });
}

async function stepsOf({ what, begin }: Fault): Promise<number> {
  return inTemporaryFolder(async (root) => {
    await begin(root);
    const { steps = 0 } = await writer([root, what, "-1"]);
    assert.ok(steps > 5);
    return steps;
  });
}

/** One kill: what it leaves is old, or decided and finished by the next run; what is read meanwhile is never broken. */
async function killAt(fault: Fault, step: number, expected: Contents): Promise<string> {
  return inTemporaryFolder(async (root) => {
    await fault.begin(root);
    const old = await contentsOf(root);
    assert.deepEqual(await writer([root, fault.what, String(step)]), { killed: true });
    await ageLock(root);
    await assertReadable(root);
    const leftover = await leftoverOf(root);
    if (leftover === "decided") await finishUnfinished("prod", root);
    else if (fault.what !== "finish" && (await isOld(root, old))) await fault.again(root);
    assert.deepEqual(await contentsOf(root), expected);
    // Drafts are removed by whoever writes next.
    await finishUnfinished("prod", root);
    assert.equal(await leftoverOf(root), "nothing");
    return leftover;
  });
}

async function isOld(root: string, old: Contents): Promise<boolean> {
  return JSON.stringify(await contentsOf(root)) === JSON.stringify(old);
}

async function expectedOf({ begin, again }: Fault): Promise<Contents> {
  return inTemporaryFolder(async (root) => {
    await begin(root);
    await again(root);
    return contentsOf(root);
  });
}

describe("a kill at every step", () => {
  for (const [name, fault] of Object.entries(faults)) {
    it(`of ${name} leaves the state before, or one that the next run finishes`, async () => {
      const [steps, expected] = [await stepsOf(fault), await expectedOf(fault)];
      const left: string[] = [];
      for (let step = 0; step < steps; step += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, steps - step) }, (_, n) => step + n);
        left.push(...(await Promise.all(some.map((one) => killAt(fault, one, expected)))));
      }
      assert.ok(left.includes("decided"), left.join(" "));
      if (fault.what !== "finish") assert.ok(left.includes("draft"), left.join(" "));
    }).timeout(180_000);
  }
});

describe("a disk that is full", () => {
  it("leaves the state before, and nothing else, however much room there was", async function () {
    const unshare = await privateMounts();
    if (unshare === undefined) this.skip();
    const endings = new Set<string>();
    for (let kilobytes = 16; kilobytes <= 96 && !endings.has("done"); kilobytes += 8) {
      endings.add(await onSmallDisk(kilobytes, unshare));
    }
    assert.deepEqual([...endings].toSorted(), ["disk-full", "done"]);
  }).timeout(120_000);
});

describe("a file that is larger than the room that is left", () => {
  it("is not replaced by a part of itself", async function () {
    const unshare = await privateMounts();
    if (unshare === undefined) this.skip();
    await inTemporaryFolder(async (folder) => {
      const disk = join(import.meta.dirname, "..", "..", "..", "src", "adapters", "disk.ts");
      const program = `import { replaceFile } from ${JSON.stringify(disk)};
        await replaceFile("file", "x".repeat(900_000)).catch(({ code }) => process.stdout.write(code));`;
      await writeFile(join(folder, "program.ts"), program);
      const small = join(folder, "small");
      await mkdir(small);
      const script = `set -e
        mount -t tmpfs -o size=512k none ${small}
        cd ${small} && echo " before" > file
        ${process.execPath} ${join(folder, "program.ts")}
        cat file && ls`;
      const [file, ...flags] = unshare;
      const { stdout } = await run(file, [...flags, "sh", "-c", script]);
      assert.equal(stdout, "ENOSPC before\nfile\n");
    });
  }).timeout(60_000);
});

/** Writes in a small file system, and compares what is there after a refusal with what was before. */
async function onSmallDisk(kilobytes: number, unshare: readonly string[]): Promise<string> {
  return inTemporaryFolder(async (root) => {
    await layOut(root);
    const small = join(root, "small");
    await mkdir(small);
    const script = `set -e
      mount -t tmpfs -o size=${kilobytes}k none ${small}
      cp ${join(root, FILE)} ${small}
      ${process.execPath} ${WRITER} ${small} change -1
      cd ${small} && echo && find . -type f -exec sha256sum {} +`;
    const [file = "", ...flags] = unshare;
    const { stdout } = await run(file, [...flags, "sh", "-c", script]);
    const [said = "", ...files] = stdout.trim().split("\n");
    const { refused } = JSON.parse(said) as Ending;
    if (refused === undefined) return "done";
    assert.deepEqual(files, [`${hexOf(digestOf(BEFORE))}  ./${FILE}`]);
    return refused;
  });
}

describe("another file system", () => {
  for (const [what, folder] of [
    ["of the journal", ".lockstep"],
    ["of the statements", "statements"],
  ] as const) {
    it(`${what} is written to as well`, async function () {
      const unshare = await privateMounts();
      if (unshare === undefined) this.skip();
      await inTemporaryFolder(async (root) => {
        await layOut(root);
        await mkdir(join(root, folder));
        const script = `set -e
          mount -t tmpfs none ${join(root, folder)}
          ${process.execPath} ${WRITER} ${root} change -1
          cd ${root} && echo && cat ${FILE} && find . -type f | sort`;
        const [file, ...flags] = unshare;
        const { stdout } = await run(file, [...flags, "sh", "-c", script]);
        assert.match(stdout, /appointments: 15/);
        const files = stdout.trim().split("\n").filter((line) => line.startsWith("./"));
        const written = ["promoter.sig", "statement.json"].map((name) => `./${FOLDER}/${name}`);
        assert.deepEqual(files, [`./${FILE}`, ...written]);
      });
    });
  }
});

describe("what may not be written", () => {
  const places: Readonly<Record<string, (root: string) => Promise<void>>> = {
    "the stack file": (root) => chmod(join(root, FILE), 0o444),
    "its folder": (root) => chmod(root, 0o555),
    "statements/": async (root) => {
      await mkdir(join(root, "statements"));
    },
    ".lockstep/": async (root) => {
      await mkdir(join(root, ".lockstep"));
    },
  };
  for (const [what, forbid] of Object.entries(places)) {
    it(`${what}: refused before anything is written`, async () => {
      await inTemporaryFolder(async (root) => {
        await layOut(root);
        const isRoot = process.getuid?.() === 0;
        if (isRoot) for (const path of [root, join(root, FILE)]) await chown(path, NOBODY, NOBODY);
        await forbid(root);
        if (!isRoot) for (const name of ["statements", ".lockstep"]) await chmod(join(root, name), 0o555).catch(() => undefined);
        const old = await contentsOf(root, true);
        const { refused } = await writer([root, "change", "-1", ...(isRoot ? [String(NOBODY)] : [])]);
        assert.equal(refused, "file-not-writable");
        assert.deepEqual(await contentsOf(root, true), old);
      });
    });
  }
});

describe("two at once", () => {
  it("lets one process win, and refuses the other", async () => {
    await inTemporaryFolder(async (root) => {
      await layOut(root);
      const endings = await Promise.all([1, 2].map(() => writer([root, "change", "-1"])));
      const codes = endings.map(({ refused }) => refused ?? "done").toSorted();
      assert.deepEqual(codes, ["done", "file-changed"]);
      assert.equal(await leftoverOf(root), "nothing");
    });
  });

  it("refuses a process that comes while another was killed after it had decided", async () => {
    await inTemporaryFolder(async (root) => {
      await layOut(root);
      await killDecided(root);
      assert.equal(await codeOf(writeStageChange(change, root)), "unfinished-change");
      await rm(join(root, ".lockstep"), { recursive: true });
      assert.equal(await codeOf(writeStageChange(change, root)), undefined);
      await writeFile(join(root, FILE), BEFORE);
    });
  }).timeout(60_000);
});
