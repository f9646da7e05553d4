import { writeFile } from "node:fs/promises";
import { ProcessError, run } from "../src/adapters/processes.ts";
import { toList, type ClusterObject } from "./cluster-objects.ts";

const TIMEOUT_MS = 10 * 60_000;
/** `kubectl diff` says by this that something differs. */
const DIFFERENT = 1;

export interface KubectlOptions {
  readonly kubectl: string;
  /** Where the objects are written for it. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The floor: the same objects, rendered beforehand, handed to the API server by kubectl. */
export class Kubectl {
  private readonly options: KubectlOptions;

  constructor(options: KubectlOptions) {
    this.options = options;
  }

  async write(objects: readonly ClusterObject[]): Promise<void> {
    await writeFile(this.options.file, toList(objects));
  }

  /** @throws Error where something differs: it is no no-op then */
  async diff(): Promise<void> {
    try {
      await this.call(["diff", "--server-side", "--filename", this.options.file]);
    } catch (error) {
      if (error instanceof ProcessError && error.exitCode === DIFFERENT)
        throw new Error(`kubectl diff sees a difference:\n${error.stdout.slice(0, 2000)}`, { cause: error });
      throw error;
    }
  }

  async apply(): Promise<void> {
    await this.call(["apply", "--server-side", "--filename", this.options.file]);
  }

  async awaitRollout(deployment: string, namespace: string): Promise<void> {
    await this.call(["rollout", "status", `deployment/${deployment}`, "--namespace", namespace]);
  }

  async awaitRollouts(namespace: string): Promise<void> {
    const condition = ["--for=condition=Available", "--timeout=300s"];
    await this.call(["wait", "deployment", "--all", "--namespace", namespace, ...condition]);
  }

  /** Of the Deployment's container, which is called as it is. */
  async setImage(deployment: string, image: string, namespace: string): Promise<void> {
    await this.call(["set", "image", `deployment/${deployment}`, `${deployment}=${image}`, "--namespace", namespace]);
  }

  async undoRollout(deployment: string, namespace: string): Promise<void> {
    await this.call(["rollout", "undo", `deployment/${deployment}`, "--namespace", namespace]);
  }

  async deleteNamespace(namespace: string): Promise<void> {
    await this.call(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=300s"]);
  }

  private async call(args: readonly string[]): Promise<void> {
    const { kubectl, env, signal } = this.options;
    await run(kubectl, args, { env, signal, timeoutMs: TIMEOUT_MS });
  }
}
