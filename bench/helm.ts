import { writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../src/adapters/processes.ts";
import { renderReference, type PinnedReference } from "../src/model/reference.ts";

const TIMEOUT_MS = 5 * 60_000;

export interface HelmOptions {
  readonly helm: string;
  /** Of its own; for values, and for what helm keeps. */
  readonly folder: string;
  readonly chart: PinnedReference;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** One release of the chart that Lockstep deploys, as a user of helm alone has it. */
export class Helm {
  readonly #options: HelmOptions;

  constructor(options: HelmOptions) {
    this.#options = options;
  }

  /** Installs, or brings to other values, and waits. */
  async upgrade(release: string, values: object): Promise<void> {
    const { folder, chart } = this.#options;
    const file = path.join(folder, "values.json");
    await writeFile(file, JSON.stringify(values));
    const source = [`oci://${renderReference(chart)}`, "--plain-http", "--values", file];
    await this.#call(["upgrade", "--install", release, ...source, "--create-namespace", "--wait"]);
  }

  /** To the revision before, and waits. */
  async rollback(release: string): Promise<void> {
    await this.#call(["rollback", release, "--wait"]);
  }

  async #call(args: readonly string[]): Promise<void> {
    const { helm, folder, namespace, env, signal } = this.#options;
    // What it keeps otherwise in the user's home.
    const homes = ["CACHE", "CONFIG", "DATA"].map((name) => [`HELM_${name}_HOME`, path.join(folder, name)]);
    await run(helm, [...args, "--namespace", namespace], {
      env: { ...env, ...(Object.fromEntries(homes) as Record<string, string>) },
      signal,
      timeoutMs: TIMEOUT_MS,
    });
  }
}
