import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { allProcesses, descendants } from "../../../bench/process-tree.ts";
import { processIdentity } from "../../../sandbox/process-identity.ts";
import type { Clone } from "../clone.ts";

export interface EndedVerb {
  /** Undefined for one that was killed. */
  readonly exitCode: number | undefined;
  readonly text: string;
}

const POLL_MS = 20;

interface KnownProcess {
  readonly pid: number;
  readonly identity: string | undefined;
}

/** A verb that goes on while the test does, and that can be killed. Processes are found in /proc: on Linux only. */
export class StartedVerb {
  readonly ended: Promise<EndedVerb>;
  readonly #child: ChildProcess;
  readonly #known = new Map<number, KnownProcess>();

  constructor(clone: Clone, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const command = [join(clone.folder, "bin", "lockstep.js"), ...args];
    const options = { cwd: clone.folder, env: { ...process.env, ...clone.env, ...env } };
    this.#child = spawn(process.execPath, command, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = endOf(this.#child);
  }

  /** Waits until it runs a program with that word among its arguments. */
  async untilStarted(program: string, word: string): Promise<void> {
    while (!this.#runs(program, word)) {
      if (this.#child.exitCode !== null) throw new Error(`${program} ${word} did not run:\n${(await this.ended).text}`);
      await pause(POLL_MS);
    }
  }

  /** Waits for something that must come while it runs. */
  async during<T>(something: Promise<T>): Promise<T> {
    const ended = this.ended.then(({ exitCode, text }): never => {
      throw new Error(`it ended too early, with ${exitCode ?? "a signal"}:\n${text}`);
    });
    return Promise.race([something, ended]);
  }

  /** The verb alone, as a machine does that is out of memory: what it started goes on, or not. */
  kill(): void {
    this.#look();
    this.#child.kill("SIGKILL");
  }

  /** Ctrl-C, as a terminal sends it to the verb. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** The verb and everything that it has started, as when the power goes; all of it has ended then. */
  async killAll(): Promise<void> {
    // Nothing of it sees another part die, and does something about it.
    this.#child.kill("SIGSTOP");
    this.#look();
    this.#signal("SIGSTOP");
    for (const { pid } of [...this.#known.values()]) this.#look(pid);
    this.#signal("SIGKILL");
    this.#child.kill("SIGKILL");
    while ([...this.#known.values()].some(isThere)) await pause(POLL_MS);
  }

  #signal(signal: "SIGSTOP" | "SIGKILL"): void {
    for (const known of this.#known.values()) if (isThere(known)) process.kill(known.pid, signal);
  }

  #runs(program: string, word: string): boolean {
    return descendants(this.#child.pid ?? 0, allProcesses()).some(({ pid }) => {
      const [file = "", ...args] = argumentsOf(pid);
      return basename(file) === program && args.includes(word);
    });
  }

  #look(root = this.#child.pid ?? 0): void {
    for (const { pid } of descendants(root, allProcesses()))
      if (!this.#known.has(pid)) this.#known.set(pid, { pid, identity: processIdentity(pid) });
  }
}

/** A process with all that it has started: these would go on for ever, as somebody else's children. */
export function killTree(root: number): void {
  const below = descendants(root, allProcesses()).map(({ pid }) => pid);
  for (const pid of new Set([root, ...below])) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended with its parent.
    }
  }
}

function isThere({ pid, identity }: KnownProcess): boolean {
  return identity !== undefined && processIdentity(pid) === identity;
}

function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

async function endOf(child: ChildProcess): Promise<EndedVerb> {
  let text = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  // Not "close": what a killed verb leaves behind holds its pipes.
  await once(child, "exit");
  return { exitCode: child.exitCode ?? undefined, text };
}
