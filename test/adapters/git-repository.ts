import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../src/adapters/processes.ts";

const IDENTITY = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgSign=false"];

/** A real repository in a temporary folder. */
export class GitRepository {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(folder: string, files: Readonly<Record<string, string>> = {}): Promise<GitRepository> {
    await mkdir(folder, { recursive: true });
    const repository = new GitRepository(folder);
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.commit(files);
    return repository;
  }

  static async clone(origin: string, folder: string, ...flags: readonly string[]): Promise<GitRepository> {
    await run("git", ["clone", "--quiet", ...flags, `file://${origin}`, folder]);
    return new GitRepository(folder);
  }

  async write(file: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), content);
  }

  async remove(file: string): Promise<void> {
    await rm(join(this.folder, file));
  }

  /** Writes files and commits everything. */
  async commit(files: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const [file, content] of Object.entries(files)) await this.write(file, content);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", "A change");
  }

  async git(...args: readonly string[]): Promise<string> {
    return (await run("git", [...IDENTITY, ...args], { cwd: this.folder })).stdout.trim();
  }
}
