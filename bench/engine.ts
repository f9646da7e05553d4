import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ProcessError, run } from "../src/adapters/processes.ts";
import { STAGE } from "./generated-project.ts";

const TIMEOUT_MS = 15 * 60_000;
/** As many operations at once as a cluster takes; for installations, which are not measured. */
const INSTALL_PARALLELISM = "64";

export interface EngineOptions {
  readonly pulumi: string;
  /** A folder that holds the project. */
  readonly project: string;
  /** A folder of its own for the state. */
  readonly state: string;
  /** The sandbox's. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** `pulumi` on one generated project, as a user would call it in the sandbox's environment. */
export class Engine {
  private readonly options: EngineOptions;

  constructor(options: EngineOptions) {
    this.options = options;
  }

  /** Brings everything up for the first time. */
  async install(): Promise<void> {
    await mkdir(this.options.state, { recursive: true });
    await this.call(["stack", "init", STAGE, "--no-select"]);
    // A crash would lose what was made: this state is thrown away anyway, and half of the time with it is saved.
    const env = { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" };
    await this.call(["up", "--stack", STAGE, "--yes", "--skip-preview", "--parallel", INSTALL_PARALLELISM], env);
  }

  async preview(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.call(["preview", "--stack", STAGE, "--expect-no-changes"], env);
  }

  /** With its preview, as a user's `up` has one. */
  async up(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.call(["up", "--stack", STAGE, "--yes"], env);
  }

  async upWithoutChanges(): Promise<void> {
    await this.call(["up", "--stack", STAGE, "--yes", "--expect-no-changes"]);
  }

  async exportState(): Promise<string> {
    return this.call(["stack", "export", "--stack", STAGE]);
  }

  private async call(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { pulumi, project, state, signal } = this.options;
    const { stdout } = await run(pulumi, [...args, "--non-interactive"], {
      cwd: project,
      env: { ...this.options.env, PULUMI_BACKEND_URL: `file://${path.resolve(state)}`, ...env },
      signal,
      timeoutMs: TIMEOUT_MS,
    }).catch((error: unknown) => {
      // The engine gives its reasons on standard output, at the end.
      if (error instanceof ProcessError && error.code === "failed")
        throw new Error(`pulumi ${args.join(" ")} failed:\n${error.stdout.slice(-3000)}${error.stderr}`, {
          cause: error,
        });
      throw error;
    });
    return stdout;
  }
}
