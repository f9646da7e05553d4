import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { toolPath } from "./tools.ts";

/** A real registry of its own, on a free port of this machine, in a temporary folder. */
export interface Olareg extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly registry: string;
  stop(): Promise<void>;
}

export interface OlaregOptions {
  /** @default true */
  readonly referrersApi?: boolean;
}

const START_MS = 15_000;

export async function startOlareg({ referrersApi = true }: OlaregOptions = {}): Promise<Olareg> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-olareg-"));
  const port = await freePort();
  const registry = `127.0.0.1:${port}`;
  const args = ["serve", "--addr", "127.0.0.1", "--port", String(port), "--dir", folder];
  const child = spawn(toolPath("olareg"), [...args, `--api-referrer=${String(referrersApi)}`], { stdio: "ignore" });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([answers(registry), ended.then(() => Promise.reject(new Error("olareg ended at once")))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { registry, stop, [Symbol.asyncDispose]: stop };
}

async function answers(registry: string): Promise<void> {
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    const response = await fetch(`http://${registry}/v2/`).catch(() => undefined);
    if (response?.ok === true) return;
    await pause(20);
  }
  throw new Error(`olareg did not answer at ${registry}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
