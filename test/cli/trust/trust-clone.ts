import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ProcessError, run, type ProcessResult } from "../../../src/adapters/processes.ts";

const repository = resolve(import.meta.dirname, "../../..");

/** A project with git, people's keys, and nothing else but what `trust` looks at. */
export class TrustClone {
  readonly folder: string;
  readonly #home: string;
  anchor = "";

  private constructor(home: string) {
    this.#home = home;
    this.folder = join(home, "project");
  }

  /** @param people whose keys are made beside the project; the first one is git's user and signing key */
  static async make(...people: readonly string[]): Promise<TrustClone> {
    const clone = new TrustClone(await mkdtemp(join(tmpdir(), "lockstep-trust-")));
    await mkdir(join(clone.folder, "trust"), { recursive: true });
    await mkdir(join(clone.folder, "policy", "rules"), { recursive: true });
    await copyFile(join(repository, "trust", "stages.yaml"), join(clone.folder, "trust", "stages.yaml"));
    await writeFile(join(clone.folder, "policy", "rules", "one.ts"), "export const one = 1;\n");
    for (const person of people)
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", person, "-f", clone.key(person)]);
    await clone.git("init", "--quiet", "--initial-branch=main");
    await clone.git("config", "user.email", `${people[0] ?? "nobody"}@example.com`);
    await clone.git("config", "user.name", people[0] ?? "nobody");
    await clone.git("config", "gpg.format", "ssh");
    await clone.git("config", "user.signingkey", `${clone.key(people[0] ?? "nobody")}.pub`);
    await clone.commit();
    return clone;
  }

  async remove(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }

  /** The file of a person's private key. */
  key(person: string): string {
    return join(this.#home, person);
  }

  /** `<person>@example.com=<public key file>`. */
  option(person: string): string {
    return `${person}@example.com=${this.key(person)}.pub`;
  }

  /** `lockstep trust …`, whatever its exit code, with the anchor of `init`. */
  async trust(...args: readonly string[]): Promise<ProcessResult> {
    const env = {
      HOME: this.#home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      SSH_AUTH_SOCK: "",
      LOCKSTEP_PROJECT: this.folder,
      LOCKSTEP_TRUST: "",
      LOCKSTEP_TRUST_ANCHOR: this.anchor,
    };
    try {
      return await run(process.execPath, [join(repository, "src/cli/main.ts"), "trust", ...args], {
        cwd: this.folder,
        env,
      });
    } catch (error) {
      if (!(error instanceof ProcessError) || error.exitCode === undefined) throw error;
      return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr };
    }
  }

  /** What it says to programs, where it did what it was asked. */
  async done(...args: readonly string[]): Promise<Record<string, unknown>> {
    const result = await this.trust(...args, "--json");
    assert.equal(result.exitCode, 0, result.stdout + result.stderr);
    return JSON.parse(result.stdout) as Record<string, unknown>;
  }

  /** The codes of its refusals, sorted, each once. */
  async refused(exitCode: number, ...args: readonly string[]): Promise<readonly string[]> {
    const result = await this.trust(...args, "--json");
    assert.equal(result.exitCode, exitCode, result.stdout + result.stderr);
    const { refusals } = JSON.parse(result.stdout) as { refusals: { code: string }[] };
    return [...new Set(refusals.map(({ code }) => code))].toSorted();
  }

  /** `init` with enough people for the project's gates; the anchor is set from then on. */
  async init(...args: readonly string[]): Promise<void> {
    const members = ["ben", "carla"].flatMap((person) => ["--member", this.option(person)]);
    const { anchor } = await this.done("init", ...members, "--yes", ...args);
    this.anchor = String(anchor);
    await this.commit();
  }

  async read(file: string): Promise<string> {
    return readFile(join(this.folder, file), "utf8");
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(join(this.folder, file, ".."), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const before = await this.read(file);
    const after = change(before);
    assert.notEqual(after, before);
    await this.write(file, after);
  }

  async commit(): Promise<void> {
    await this.git("add", "--all");
    await this.git("-c", "commit.gpgSign=false", "commit", "--quiet", "--allow-empty", "--message", "As it was");
  }

  /** What git says has changed. */
  async status(): Promise<string> {
    return this.git("status", "--porcelain", "--untracked-files=all");
  }

  async git(...args: readonly string[]): Promise<string> {
    return (await run("git", args, { cwd: this.folder })).stdout;
  }
}
