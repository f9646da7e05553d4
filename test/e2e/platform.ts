import assert from "node:assert/strict";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { PersonName } from "../../sandbox/people.ts";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import type { Json } from "../../src/model/json.ts";
import { stackFileName } from "../../src/model/stack-file.ts";
import { Clone, type CallOptions, type CloneParts } from "./clone.ts";
import { succeeded, textOf } from "./outcomes.ts";

export const STAGES = ["inttest", "extest", "preprod", "prod"] as const;
export type StageName = (typeof STAGES)[number];

/** What is laid into a stack file, below `config`; undefined removes. */
export type Setting = readonly [path: readonly string[], value: Json | undefined];

export interface PlatformParts extends CloneParts {
  /** Those that run; the others are switched off in every stage. @default portal alone */
  readonly applications?: readonly ApplicationName[];
  /** Of prod's gate, in place of the committed day. @default none */
  readonly soak?: string;
}

const APPLICATIONS = ["appointments", "patients", "portal"] as const;
type ApplicationName = (typeof APPLICATIONS)[number];

const refusalsSchema = z.object({ refusals: z.array(z.looseObject({ code: z.string() })) });

/** A clone with all four stages, a trust and a remote repository of its own, and people who sign with git's key. */
export class Platform {
  readonly clone: Clone;
  /** The bare repository that is `origin`. */
  readonly origin: string;
  readonly #configurations: string;

  private constructor(clone: Clone) {
    this.clone = clone;
    const home = dirname(clone.folder);
    this.origin = join(home, "origin.git");
    this.#configurations = join(home, "git-configurations");
  }

  static async make({ applications = ["portal"], soak, ...parts }: PlatformParts = {}): Promise<Platform> {
    const platform = new Platform(await Clone.make(parts));
    const { clone } = platform;
    for (const stage of STAGES) {
      const absent = APPLICATIONS.filter((name) => !applications.includes(name));
      await platform.set(
        stage,
        [["lockstep:namespaces", "ehealth", "name"], clone.namespaceOf(stage)],
        ...absent.map((name): Setting => [["lockstep:settings", name, "enabled"], false]),
      );
    }
    const waiting = soak === undefined ? "" : `      soak: ${soak}\n`;
    await platform.editTrust("stages.yaml", (text) => text.replace(/^ {6}soak: 24h\n/m, waiting));
    await mkdir(platform.#configurations);
    await platform.#publish();
    return platform;
  }

  /** Removes everything, in the cluster too; later calls do nothing. */
  async remove(): Promise<void> {
    await this.clone.remove(STAGES);
  }

  /** `npx lockstep …` by somebody whose git signs with their key. */
  async as(person: PersonName, args: readonly string[], options: CallOptions = {}): Promise<ProcessResult> {
    const env = { ...options.env, ...(await this.identity(person)) };
    return this.clone.lockstep(args, { timeoutMs: 120_000, ...options, env });
  }

  /** What makes git, and who asks it, take somebody for the user of this machine. */
  async identity(person: PersonName): Promise<Readonly<Record<string, string>>> {
    const { principal, keyFile } = await this.clone.person(person);
    const file = join(this.#configurations, person);
    const lines = [
      ...["[user]", `name = ${person}`, `email = ${principal}`, `signingkey = ${keyFile}.pub`],
      ...["[gpg]", "format = ssh", "[init]", "defaultBranch = main"],
    ];
    await writeFile(file, `${lines.join("\n")}\n`);
    return { GIT_CONFIG_GLOBAL: file, GIT_CONFIG_NOSYSTEM: "1", SSH_AUTH_SOCK: "" };
  }

  /** The codes of a verb's refusals, each once and sorted; with another end than that it fails. */
  async refusals(person: PersonName, args: readonly string[], options?: CallOptions): Promise<readonly string[]> {
    const result = await this.as(person, [...args, "--json"], options);
    assert.notEqual(result.exitCode, 0, textOf(result));
    const { refusals } = refusalsSchema.parse(JSON.parse(result.stdout));
    return [...new Set(refusals.map(({ code }) => code))].toSorted();
  }

  async set(stage: StageName, ...settings: readonly Setting[]): Promise<void> {
    const all = settings.map(([path, value]) => ({ path: ["config", ...path], value }));
    await this.clone.changeFile(stackFileName(stage), ...all);
  }

  /** Changes a trust file, and has the owner sign it. @returns what takes it back */
  async editTrust(
    file: string,
    change: (text: string) => string,
    { signed = true } = {},
  ): Promise<() => Promise<void>> {
    const path = join(this.clone.trust, file);
    const before = await readFile(path, "utf8");
    const changed = change(before);
    assert.notEqual(changed, before, file);
    await writeFile(path, changed);
    if (signed) await this.clone.signTrust();
    return async () => {
      await writeFile(path, before);
      await this.clone.signTrust();
    };
  }

  /** Deploys a stage as it lies in the working tree. */
  async up(stage: StageName): Promise<string> {
    return succeeded(await this.clone.up({ stage, timeoutMs: 240_000 }));
  }

  /** Commits everything and pushes it, as a merged pull request would have. */
  async merge(): Promise<void> {
    await this.clone.commit();
    await this.git("push", "--quiet", "origin", "HEAD:main");
    await this.git("fetch", "--quiet", "origin");
  }

  /** The folder of the newest statement about a stage, relative to the clone's. */
  async newestStatement(stage: StageName): Promise<string> {
    const names = await readdir(join(this.clone.folder, "statements", stage));
    return join("statements", stage, names.toSorted().at(-1) ?? "");
  }

  /** Commits what lies in the working tree, for the time of a test. */
  async committed(work: () => Promise<void>): Promise<void> {
    await this.clone.commit();
    try {
      await work();
    } finally {
      await this.git("reset", "--quiet", "--hard", "HEAD~1");
    }
  }

  /** @returns what git says, without the line end */
  async git(...args: readonly string[]): Promise<string> {
    return (await run("git", args, { cwd: this.clone.folder, env: { ...this.clone.env } })).stdout.trim();
  }

  /** Promotes, has the people approve, merges and deploys: a step whose details are another test's subject. */
  async brought(from: StageName, to: StageName, approvers: readonly PersonName[] = []): Promise<void> {
    succeeded(await this.as("anna", ["promote", from, to, "--reason", "tested", "--yes"]));
    for (const person of approvers) succeeded(await this.as(person, ["approve", to, "--yes"]));
    await this.merge();
    await this.up(to);
  }

  /** The image that a stage's workload is declared with in the cluster, and how many of its pods are ready at last. */
  async running(stage: StageName, application: string): Promise<{ image: string; ready: string }> {
    const object = `deployment/${application}`;
    const patience = ["--namespace", this.clone.namespaceOf(stage), "--timeout=60s"];
    await this.clone.kubectl("rollout", "status", object, ...patience);
    const [image, ready] = await Promise.all([
      this.clone.field(object, "{.spec.template.spec.containers[0].image}", stage),
      this.clone.field(object, "{.status.readyReplicas}", stage),
    ]);
    return { image, ready };
  }

  async #publish(): Promise<void> {
    await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", this.origin]);
    await this.git("remote", "add", "origin", this.origin);
    await this.merge();
    await this.git("remote", "set-head", "origin", "main");
    // As docs/statements.md says; npx would look for the package that the clone borrows.
    const driver = `${process.execPath} ${join(this.clone.folder, "bin", "lockstep.js")} merge %O %A %B %P`;
    await this.git("config", "merge.lockstep.driver", driver);
  }
}
