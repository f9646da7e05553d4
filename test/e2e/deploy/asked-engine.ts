import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { ProcessError, run } from "../../../src/adapters/processes.ts";
import type { Clone } from "../clone.ts";

export const runSchema = z.object({
  ended: z.enum(["succeeded", "failed", "interrupted", "locked"]),
  changes: z.array(z.object({ urn: z.string(), name: z.string(), operation: z.string(), fields: z.array(z.string()) })),
  events: z.array(z.looseObject({ kind: z.string() })),
  diagnostics: z.array(z.object({ severity: z.string(), message: z.string() })),
  said: z.string(),
});
export type Run = z.output<typeof runSchema>;

export const lockSchema = z.object({
  ...{ owner: z.string(), pid: z.number(), host: z.string() },
  alive: z.boolean().optional(),
});
const recoverySchema = z.object({
  kind: z.literal("accepted"),
  value: z.object({ settled: z.array(z.object({ urn: z.string(), outcome: z.string() })) }),
});
export type Settled = z.output<typeof recoverySchema>["value"]["settled"];

export const PORTAL = "deployment/portal";
export const IMAGE = "{.spec.template.spec.containers[0].image}";

/** The engine of a clone's inttest, asked in processes of its own: they can be killed. */
export class AskedEngine {
  readonly #clone: Clone;
  readonly #env: Readonly<Record<string, string>>;

  /** @param env of every question, beside the clone's */
  constructor(clone: Clone, env: Readonly<Record<string, string>> = {}) {
    this.#clone = clone;
    this.#env = env;
  }

  async ask<Schema extends z.ZodType>(
    schema: Schema,
    question: string,
    { planned = "", signal }: { readonly planned?: string; readonly signal?: AbortSignal } = {},
  ): Promise<z.output<Schema>> {
    const script = join(this.#clone.folder, "test", "e2e", "deploy", "ask-engine.ts");
    // The pack is the preview's to ask: it costs seconds of every run.
    const pack = question === "preview" ? {} : { PULUMI_OPTION_POLICY_PACK: "" };
    const options = {
      cwd: this.#clone.folder,
      env: { ...this.#clone.env, ...this.#env, ...pack },
      timeoutMs: 180_000,
      ...(signal === undefined ? {} : { signal }),
    };
    const { stdout } = await run(process.execPath, [script, question, "inttest", planned], options).catch(
      (error: unknown) => {
        // What was interrupted says what became of it all the same.
        if (error instanceof ProcessError && error.code === "cancelled") return error;
        throw error;
      },
    );
    return schema.parse(JSON.parse(stdout));
  }

  async up(): Promise<Run> {
    return this.ask(runSchema, "up");
  }

  async recovered(): Promise<Settled> {
    return (await this.ask(recoverySchema, "recover")).value.settled;
  }

  /** Until an update has changed the image of the portal in the cluster. */
  async untilImage(version: string): Promise<void> {
    const where = ["--namespace", this.#clone.namespace, "--timeout=60s"];
    await this.#clone.kubectl("wait", PORTAL, "--for=create", ...where);
    const pinned = /image: (\S*\/portal:\S+)/.exec(await this.#clone.read())?.[1] ?? "";
    assert.ok(pinned.includes(version), pinned);
    await this.#clone.kubectl("wait", PORTAL, `--for=jsonpath=${IMAGE}=${pinned}`, ...where);
  }

  /** An update to a version that never becomes ready, interrupted while it waits for it. */
  async interrupted(version: string): Promise<Run> {
    await this.#clone.pinned("portal", version);
    const controller = new AbortController();
    const running = this.ask(runSchema, "up", { signal: controller.signal });
    await this.untilImage(version);
    controller.abort();
    return running;
  }

  /** An update that is killed for good while it waits for a version that never becomes ready. */
  async killed(version: string, kill: (pid: number) => void): Promise<void> {
    await this.#clone.pinned("portal", version);
    const running = this.up();
    await this.untilImage(version);
    const { pid, alive } = await this.ask(lockSchema, "lock");
    assert.equal(alive, true);
    kill(pid);
    assert.equal((await running).ended, "failed");
  }

  /** The files as they were, and an update: the version of before runs again. */
  async backAgain(): Promise<void> {
    const settled = await this.recovered();
    await this.checkout();
    const { ended, said } = await this.up();
    assert.equal(ended, "succeeded", said);
    const image = await this.#clone.field(PORTAL, IMAGE);
    assert.ok(!image.includes("2.3.2"), JSON.stringify({ image, settled, said }));
  }

  async checkout(): Promise<void> {
    await run("git", ["checkout", "--quiet", "."], { cwd: this.#clone.folder });
  }
}
