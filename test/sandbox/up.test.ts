import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { processFile, sandboxLocation, type SandboxLocation } from "../../sandbox/location.ts";
import { rememberPortBase } from "../../sandbox/settings.ts";
import type { SandboxTools } from "../../sandbox/tools.ts";
import { upSandbox } from "../../sandbox/up.ts";
import { RefusalError } from "../../src/model/refusal.ts";
import { freePortBase } from "./free-port-base.ts";

/** Refused before anything is started: no tool is ever looked up. */
const NO_TOOLS: SandboxTools = { paths: {} as SandboxTools["paths"], searchFolder: "" };

describe("up, on a sandbox with a damaged process file", () => {
  let room: string;
  let location: SandboxLocation;
  beforeEach(async () => {
    room = await mkdtemp(path.join(tmpdir(), "up-"));
    location = sandboxLocation(path.join(room, "sandbox"), await freePortBase());
    await mkdir(path.join(location.folder, "run"), { recursive: true });
    await rememberPortBase(location);
    await writeFile(processFile(location, "kwok"), "{");
  });
  afterEach(() => rm(room, { recursive: true, force: true }));

  async function refusalsOf(where: SandboxLocation): Promise<readonly string[]> {
    try {
      await upSandbox(where, { tools: NO_TOOLS });
    } catch (error) {
      if (error instanceof RefusalError) return error.refusals.map(({ code }) => code);
      throw error;
    }
    return assert.fail("nothing was refused");
  }

  it("names the file beside a port that is taken: the likely reason", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen({ port: location.ports.kwok, host: "127.0.0.1" }, resolve);
    });
    try {
      assert.deepEqual(await refusalsOf(location), ["port-in-use", "process-file-damaged"]);
    } finally {
      server.close();
    }
  });

  it("does not move to other ports: the process may still have the ones before", async () => {
    const elsewhere = sandboxLocation(location.folder, await freePortBase());
    assert.deepEqual(await refusalsOf(elsewhere), ["sandbox-runs-elsewhere"]);
  });
});
