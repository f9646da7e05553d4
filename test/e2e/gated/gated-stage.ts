import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readEngineEvents } from "../../../src/adapters/engine-events.ts";
import { run, type ProcessResult } from "../../../src/adapters/processes.ts";
import { isDigest, type Digest } from "../../../src/model/digest.ts";
import { isJsonObject, type JsonObject } from "../../../src/model/json.ts";
import type { DesiredState } from "../../../src/model/statements/desired-state.ts";
import { StatementWriter, type Written } from "../../statements/statement-writer.ts";
import { Clone } from "../clone.ts";
import { refused, succeeded } from "../outcomes.ts";
import { sampleReference } from "../sample-pins.ts";

export const FILE = "Pulumi.prod.yaml";
export const HOUR = 3_600_000;
/** Weeks ago: what is approved does not expire once it is deployed. */
export const T0 = Date.parse("2026-10-20T10:00:00Z");
const PROJECT = "lockstep";
const ASK = join("test", "e2e", "gated", "ask-stage.ts");

const answerSchema = z.object({
  loaded: z.boolean(),
  refusals: z.array(z.object({ code: z.string(), found: z.string() })),
  states: z.record(
    z.string(),
    z.object({
      digest: z.custom<Digest>((value) => typeof value === "string" && isDigest(value)),
      state: z.custom<JsonObject>(isJsonObject),
    }),
  ),
});
type Answer = z.output<typeof answerSchema>;

export interface Expectation {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** False for a variant of what the pack was asked about in the same suite. @default true */
  readonly byPack?: boolean;
}

/** The stage prod of a clone: portal, and somebody else's status-page beside it where a test asks for it. */
export class GatedStage {
  readonly clone: Clone;
  #writer: StatementWriter;
  #stackFile = "";

  private constructor(clone: Clone) {
    this.clone = clone;
    this.#writer = this.#freshWriter();
  }

  static async make(...others: readonly "status-page"[]): Promise<GatedStage> {
    const clone = await Clone.make();
    const stage = new GatedStage(clone);
    await stage.#fill(others);
    return stage;
  }

  get writer(): StatementWriter {
    return this.#writer;
  }

  /** Everything as it was made: no statement, the first stack file. */
  async restore(): Promise<void> {
    await rm(join(this.clone.folder, "statements"), { recursive: true, force: true });
    await this.clone.write(FILE, this.#stackFile);
    this.#writer = this.#freshWriter();
  }

  /** Empties the cluster as far as the stage is in it, and removes the clone. */
  async remove(): Promise<void> {
    const destroy = ["destroy", "--stack", "prod", "--yes", "--skip-preview"];
    await this.clone.pulumi(destroy, { env: ALONE, timeoutMs: 240_000 }).catch(() => undefined);
    await this.clone.remove();
  }

  async edit(from: string | RegExp, to: string): Promise<void> {
    await this.clone.edit(FILE, (text) => {
      const changed = text.replace(from, () => to);
      assert.notEqual(changed, text, String(from));
      return changed;
    });
  }

  /** The desired states that the clone's own program computes. */
  async states(): Promise<Readonly<Record<string, DesiredState>>> {
    const { states, refusals, loaded } = await this.#ask({});
    assert.ok(loaded, JSON.stringify(refusals));
    return states;
  }

  /** Anna promotes everything that is in the stack file. */
  async promoted(atMs = T0): Promise<Written> {
    const who = await this.clone.person("anna");
    return this.writer.write({ stage: "prod", who, atMs, from: "preprod", applications: await this.states() });
  }

  /** Ben and Carla approve, as the gate asks. */
  async approve(written: Written, atMs = written.statement.whenMs + HOUR): Promise<Written> {
    const [ben, carla] = await Promise.all([this.clone.person("ben"), this.clone.person("carla")]);
    await this.writer.approve(written, ben, "release-managers", atMs);
    await this.writer.approve(written, carla, "operations", atMs);
    return written;
  }

  /** The program alone: what it refuses, it refuses without the pack as well. */
  async alone(verb: "preview" | "up", { flags = [], env = {} }: Expectation = {}): Promise<ProcessResult> {
    return this.clone.pulumi(argumentsOf(verb, flags), { env: { ...ALONE, ...env }, timeoutMs: 240_000 });
  }

  async withPack(verb: "preview" | "up", { flags = [], env = {} }: Expectation = {}): Promise<ProcessResult> {
    return this.clone.pulumi(argumentsOf(verb, flags), { env, timeoutMs: 240_000 });
  }

  /** The pack alone, beside a program that does not ask. */
  async byPack(verb: "preview" | "up"): Promise<ProcessResult> {
    return this.#beside(() => this.withPack(verb));
  }

  /** Covered: by the decision, by the program alone, and by the pack, which has nothing else against it either. */
  async passes(): Promise<void> {
    assert.deepEqual((await this.#ask({})).refusals, []);
    succeeded(await this.withPack("preview"));
  }

  /**
   * Refused with these codes and no other: by the program without the pack, and by the pack beside a program that does
   * not ask. Nothing is changed by either.
   */
  async refuses(codes: readonly string[], expectation: Expectation = {}): Promise<void> {
    const { env = {}, byPack = true } = expectation;
    const before = await this.inCluster();
    const answer = await this.#ask(env);
    assert.deepEqual([...new Set(answer.refusals.map(({ code }) => code))].toSorted(), codes.toSorted());
    const reasons = answer.refusals.map(({ found }) => firstLine(found));
    refused(await this.alone("preview", expectation), ["refused, nothing was changed", ...reasons]);
    if (byPack) await this.#refusedByPack(answer, expectation);
    await this.unchanged(before);
  }

  /** @param before what `inCluster` said */
  async unchanged(before: string): Promise<void> {
    assert.equal(await this.inCluster(), before);
  }

  /** What the stage has in the cluster, with the generation of each object's specification. */
  async inCluster(): Promise<string> {
    const path = "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation}{'\\n'}{end}";
    const kinds = "deployments,statefulsets,services,configmaps,jobs";
    return this.clone.kubectl("get", kinds, "--namespace", this.clone.namespace, "--output", path);
  }

  /** Changes a trust file, or one of policy/, for the time of a test, with or without the owner's signature. */
  async withTrust(
    file: string,
    change: (text: string) => string,
    test: () => Promise<void>,
    { signed = true } = {},
  ): Promise<void> {
    const path = join(file.startsWith("policy/") ? this.clone.folder : this.clone.trust, file);
    const text = await readFile(path, "utf8");
    const changed = change(text);
    assert.notEqual(changed, text, file);
    await writeFile(path, changed);
    try {
      if (signed) await this.clone.signTrust();
      await test();
    } finally {
      await writeFile(path, text);
      await this.clone.signTrust();
    }
  }

  async #refusedByPack(answer: Answer, { flags = [], env = {} }: Expectation): Promise<void> {
    const log = join(this.clone.folder, "..", "events.json");
    await rm(log, { force: true });
    const result = await this.#beside(() =>
      this.withPack("preview", {
        flags: [...flags, "--event-log", log],
        env: { ...env, PULUMI_DEBUG_COMMANDS: "true" },
      }),
    );
    assert.notEqual(result.exitCode, 0, result.stdout);
    const events = await readEngineEvents(log);
    assert.ok(events.kind === "accepted", JSON.stringify(events));
    const rule = answer.loaded ? "covered" : "unknown-stage";
    const violations = events.value.flatMap((event) => (event.kind === "policy" ? [event.violation] : []));
    const ours = violations.filter((one) => one.rule === rule && one.level === "mandatory");
    const said = ours.map(({ message }) => message).join("\n");
    for (const { found } of answer.refusals) assert.ok(said.includes(firstLine(found)), `${found}\n---\n${said}`);
  }

  /** A program that asks nobody whether its stage is covered and its versions are signed: what the pack is there for. */
  async #beside<T>(work: () => Promise<T>): Promise<T> {
    const file = "src/preconditions.ts";
    const text = await this.clone.read(file);
    const careless = text
      .replace("checkStatements(loaded, deployment),", "accepted(new Map<string, Digest>()),")
      .replace("checkSignatures(loaded),", "Promise.resolve([]),");
    assert.doesNotMatch(careless, /^ {4}check(?:Statements|Signatures)/m);
    await this.clone.write(file, careless);
    try {
      return await work();
    } finally {
      await this.clone.write(file, text);
    }
  }

  async #ask(env: Readonly<Record<string, string>>): Promise<Answer> {
    const { folder: cwd, env: own } = this.clone;
    const { stdout } = await run(process.execPath, [ASK], { cwd, env: { ...own, ...env } });
    return answerSchema.parse(JSON.parse(stdout));
  }

  #freshWriter(): StatementWriter {
    return new StatementWriter(join(this.clone.folder, "statements"), PROJECT);
  }

  async #fill(others: readonly "status-page"[]): Promise<void> {
    const { clone } = this;
    const pins = /^ {2}lockstep:pins:\n(?: {4}.*\n)+/m.exec(await clone.read())?.[0] ?? "";
    const pin = (name: string) => new RegExp(`^ {4}${name}:\\n(?: {6}.*\\n)+`, "m").exec(pins)?.[0] ?? "";
    const names = ["portal", ...others] as const;
    const salt = /^encryptionsalt: .*$/m.exec(await clone.read(FILE))?.[0] ?? "";
    // Its own settings in place of the committed ones: tests look for them by their text.
    this.#stackFile = `${salt}
config:
  lockstep:cluster: { context: lockstep-sandbox, gateway: { name: public, namespace: gateway-system }, dnsTarget: gateway.prod.example.com }
  lockstep:namespaces:
    ehealth: { name: ${clone.namespace} }
  lockstep:pins:
${names.map(pin).join("")}  lockstep:settings:
${names.map((name) => SETTINGS[name]).join("")}`;
    await clone.write(FILE, this.#stackFile);
    if (others.length > 0) await this.adopt();
    await clone.commit();
  }

  /** In place of what was adopted before, beside the image of the status page's subchart: that is no pin of anybody. */
  async adopt(...adopted: readonly ({ readonly image: string } | { readonly chart: string })[]): Promise<void> {
    const image = await sampleReference(this.clone.sandbox.location.registry, "ehealth/status-cache", "7.2.4");
    const why = { owner: "e2e", reason: "read and scanned", stages: ["prod"] };
    const entries = [{ image }, ...adopted].map((one) => ({ ...one, ...why }));
    await writeFile(join(this.clone.trust, "adopted.yaml"), JSON.stringify({ adopted: entries }));
    await this.clone.signTrust();
  }
}

/** Alone, without the pack. */
const ALONE = { PULUMI_OPTION_POLICY_PACK: "" };

const SETTINGS = {
  portal: `    portal:
      replicas: 2
      resources: { requests: { cpu: 50m, memory: 128Mi }, limits: { memory: 128Mi } }
      env: { LOG_LEVEL: info }
      hosts: [portal.prod.example.com]
`,
  "status-page": `    status-page:
      replicas: 2
      resources: { requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 64Mi } }
      values: { page: { title: Status } }
`,
};

function argumentsOf(verb: "preview" | "up", flags: readonly string[]): readonly string[] {
  return verb === "up"
    ? [verb, "--stack", "prod", "--yes", "--skip-preview", ...flags]
    : [verb, "--stack", "prod", ...flags];
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
