import type { ChildProcess } from "node:child_process";

/** Windows has no process groups: there the program alone is ended. */
export const hasGroups = process.platform !== "win32";

/** How long a program's last output may take once it has ended: a descendant may hold its pipes open for ever. */
const LAST_OUTPUT_MS = 500;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const running = new Set<ProcessGroup>();

/**
 * A program and its descendants, in a group of their own, so that none outlives its deadline. A terminal does not
 * reach such a group: while it runs, the signals that end this process are passed on to it.
 */
export class ProcessGroup {
  readonly #leader: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #beforeSignal: (() => void) | undefined;
  #signalled = false;

  /**
   * @param leader started with `detached` where there are groups
   * @param beforeSignal called at once, before the group gets its first signal
   */
  constructor(leader: ChildProcess, beforeSignal?: () => void) {
    this.#leader = leader;
    this.#beforeSignal = beforeSignal;
    this.#ended = new Promise((resolve) => {
      leader.once("exit", () => {
        resolve();
      });
    });
    running.add(this);
    passSignalsOn();
  }

  send(signal: NodeJS.Signals): void {
    if (!this.#signalled) this.#beforeSignal?.();
    this.#signalled = true;
    const { pid } = this.#leader;
    if (pid === undefined) return;
    try {
      if (hasGroups) process.kill(-pid, signal);
      else this.#leader.kill(signal);
    } catch (error) {
      // ESRCH: it has ended. EPERM: what is left of it runs as somebody else.
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }

  /** Asks the group to end, and kills what has not ended when the grace has passed. `output` settles with the pipes. */
  async end(signal: NodeJS.Signals, graceMs: number, output: Promise<unknown>): Promise<void> {
    // A second SIGINT means "at once" to many programs: none where the terminal's was passed on already.
    if (signal !== "SIGINT" || !this.#signalled) this.send(signal);
    await settledWithin(this.#ended, graceMs);
    await settledWithin(output, LAST_OUTPUT_MS);
    this.send("SIGKILL");
    for (const pipe of this.#leader.stdio) pipe?.destroy();
  }

  /** It has ended, or nobody waits for it any longer. */
  release(): void {
    running.delete(this);
    if (running.size === 0) keepSignals();
  }
}

/** Before all other listeners: those that ask whether they are the only one must not count this one. */
function passSignalsOn(): void {
  for (const signal of FORWARDED) {
    if (!process.listeners(signal).includes(passOn)) process.prependListener(signal, passOn);
  }
  if (!process.listeners("exit").includes(endAll)) process.on("exit", endAll);
}

function keepSignals(): void {
  for (const signal of FORWARDED) process.off(signal, passOn);
  process.off("exit", endAll);
}

function passOn(signal: NodeJS.Signals): void {
  for (const group of running) group.send(signal);
  process.off(signal, passOn);
  // Nobody else listens: the signal does what it would have done without us.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  setImmediate(() => {
    if (running.size > 0) passSignalsOn();
  });
}

function endAll(): void {
  for (const group of running) group.send("SIGTERM");
}

/** What the work gave, or undefined where it failed or the time has passed. */
export async function settledWithin<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const { promise: passed, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, milliseconds, undefined);
  const result = await Promise.race([work.catch(() => undefined), passed]);
  clearTimeout(timer);
  return result;
}
