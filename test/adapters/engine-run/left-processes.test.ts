import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endLeftProcesses, lostEngine, type ProcessFacts } from "../../../src/adapters/engine-run/left-processes.ts";

const ENGINE = "127.0.0.1:4711";
const left: ProcessFacts = {
  ...{ pid: 812, parent: 1, user: 1000, program: "pulumi-language-nodejs", network: "net:[4026531840]" },
  folder: "/home/ada/project/src",
  words: ["/opt/pulumi/pulumi-language-nodejs", "-typescript=false", ENGINE],
};

const self = { ...left, folder: "/home/ada/project" };

describe("a process that a killed engine may have left", () => {
  it("is the language host or a provider, and says where its engine was", () => {
    assert.equal(lostEngine(left, self), ENGINE);
    assert.equal(lostEngine({ ...left, program: "pulumi-resource-kubernetes" }, self), ENGINE);
  });

  const others: Readonly<Record<string, Partial<ProcessFacts>>> = {
    "has a parent": { parent: 811 },
    "runs as somebody else": { user: 1001 },
    "has a loopback of its own": { network: "net:[4026532000]" },
    "is another project's": { folder: "/home/ada/project-of-mine" },
    "is another program that was told of the engine": { program: "node" },
    "only has it in its name": { program: "my-pulumi-language-nodejs" },
    "was told of no engine": { words: ["pulumi-language-nodejs"] },
    "was told of one elsewhere": { words: ["pulumi-language-nodejs", "10.0.0.1:4711"] },
  };
  for (const [what, facts] of Object.entries(others)) {
    it(`is none that ${what}`, () => {
      assert.equal(lostEngine({ ...left, ...facts }, self), undefined);
    });
  }
});

describe("ending what a killed engine left", () => {
  let folder: string;
  before(async function () {
    if (process.platform !== "linux") this.skip();
    folder = await realpath(await mkdtemp(join(tmpdir(), "lockstep-left-")));
    // A process is known by the file that it runs.
    await copyFile("/bin/sh", join(folder, "pulumi-language-test"));
    spawnSync("mkfifo", [join(folder, "pipe")]);
  });
  after(async () => {
    if (process.platform === "linux") await rm(folder, { recursive: true, force: true });
  });

  /** Waits for ever, as somebody whose parent has ended. */
  function orphan(port: number): number {
    const script = '"$1" -c "read -r line <> $2" waiting "$3" >/dev/null 2>&1 & echo $!';
    const words = ["pulumi-language-test", "pipe"].map((name) => join(folder, name));
    const { stdout } = spawnSync("/bin/sh", ["-c", script, "sh", ...words, `127.0.0.1:${port}`], {
      cwd: folder,
      encoding: "utf8",
    });
    return Number(stdout);
  }

  it("leaves those alone whose engine answers, and ends the others", async function () {
    const server = createServer((socket) => socket.resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const pid = orphan((server.address() as AddressInfo).port);
    try {
      // Whoever has a reaper of its own leaves its processes to that.
      if (!(await readFile(`/proc/${pid}/status`, "utf8")).includes("PPid:\t1\n")) this.skip();
      assert.ok((await endLeftProcesses(folder)).every((ended) => ended.pid !== pid));
      assert.equal(isThere(pid), true);
      server.close();
      await once(server, "close");
      assert.ok((await endLeftProcesses(folder)).some((ended) => ended.pid === pid));
      while (isThere(pid)) await new Promise(setImmediate);
    } finally {
      server.close();
      if (isThere(pid)) process.kill(pid, "SIGKILL");
    }
  });
});

/** One that has ended and that nobody has asked for yet is not. */
function isThere(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}
