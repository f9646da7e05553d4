import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { SemVer } from "semver";
import { run, type ProcessResult } from "../processes.ts";

/** An update of a thousand objects takes long; each operation has its own deadline, and people have Ctrl-C. */
const TIMEOUT_MS = 24 * 3600 * 1000;
/** To end what was begun in the cluster and to write the state: what is killed before has to be recovered. */
const GRACE_MS = 120_000;
/** A preview of a thousand objects, with what the program logs. */
const MAX_OUTPUT = 64 * 1024 * 1024;
/** What Pulumi.yaml asks for (`requiredPulumiVersion`), and the engine then compares by itself. */
const VERSION = "3.259.0";
/** What the names of the API's folders for its log begin with. */
const LOG_FOLDER = "automation-logs-";

/**
 * How the Automation API starts pulumi: as every program here is started, in a process group of its own. The API's
 * own way reaches pulumi alone with its signal, twice at a terminal's Ctrl-C (the second means "drop everything"), and
 * asks for the version each time.
 */
export class GroupedPulumi implements PulumiCommand {
  readonly command = "pulumi";
  readonly version = new SemVer(VERSION);
  readonly #beforeSignal: (() => void) | undefined;

  /** @param beforeSignal called before pulumi is told to end */
  constructor(beforeSignal?: () => void) {
    this.#beforeSignal = beforeSignal;
  }

  /** All that the API calls. @throws ProcessError */
  async run(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
    _onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<CommandAnswer> {
    const removeLog = (): void => {
      removeEventLog(args);
    };
    process.on("exit", removeLog);
    try {
      const result = await run("pulumi", [...args, "--non-interactive"], {
        cwd,
        env: { ...env, PULUMI_AUTOMATION_API: "true" },
        timeoutMs: TIMEOUT_MS,
        graceMs: GRACE_MS,
        maxOutput: MAX_OUTPUT,
        ...(signal === undefined ? {} : { signal }),
        ...(this.#beforeSignal === undefined ? {} : { beforeSignal: this.#beforeSignal }),
        ...(onOutput === undefined ? {} : { onLine: onOutput }),
      });
      return { ...result, code: result.exitCode };
    } finally {
      process.off("exit", removeLog);
    }
  }
}

/**
 * The API removes its log when the run has ended. A second Ctrl-C waits for nothing, and what the log says of inputs may
 * be secret.
 */
function removeEventLog(args: readonly string[]): void {
  const log = args[args.indexOf("--event-log") + 1 || args.length];
  // Its folder has nothing else in it.
  if (log !== undefined && basename(dirname(log)).startsWith(LOG_FOLDER))
    rmSync(dirname(log), { recursive: true, force: true });
}

interface CommandAnswer extends ProcessResult {
  readonly code: number;
}
