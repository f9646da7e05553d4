import assert from "node:assert/strict";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type Options } from "execa";
import { buildsOf, installFakeGo } from "./fake-go.ts";

const main = join(import.meta.dirname, "../../tools/main.ts");

describe("node tools/main.ts", () => {
  let room: string;
  let options: Options & { readonly reject: false };

  beforeEach(async () => {
    room = await mkdtemp(join(tmpdir(), "lockstep-tools-main-"));
    await installFakeGo(join(room, "go"));
    const env = { LOCKSTEP_TOOLS: join(room, "built"), PATH: join(room, "go") };
    options = { env, reject: false, stdin: "ignore" };
  });

  afterEach(async () => {
    await rm(room, { recursive: true, force: true });
  });

  it("prints where each tool is, and its progress on standard error", async () => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [main, "crane"], options);
    assert.equal(exitCode, 0);
    assert.equal(stdout, `crane ${join(room, "built/bin/crane")}`);
    assert.match(String(stderr), /crane: built in/);
  });

  it("ends with 2 and the nearest name where a name is unknown", async () => {
    const { exitCode, stderr } = await execa(process.execPath, [main, "cosing"], options);
    assert.equal(exitCode, 2);
    assert.match(String(stderr), /did you mean "cosign"/);
  });

  it("ends with 130 on SIGINT, cleans up and keeps what was built", async () => {
    // The build itself interrupts its parent, so that it certainly runs by then.
    await writeFile(join(room, "go/hang-cosign"), "kill -INT $PPID\n");
    const { exitCode } = await execa(process.execPath, [main, "crane", "cosign"], options);
    assert.equal(exitCode, 130);
    assert.deepEqual(await buildsOf(join(room, "go")), ["crane"]);
    await access(join(room, "built/bin/crane"));
    await assert.rejects(access(join(room, "built/work")));
  });
});
