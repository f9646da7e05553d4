import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  preparePublication,
  type PublicationOptions,
  type Published,
  type WrittenFiles,
} from "../../src/cli/publication.ts";
import { orThrow, RefusalError, refusalsOf, type Refusal } from "../../src/model/refusal.ts";
import { inGitEnvironment } from "../adapters/git-environment.ts";
import { GitRepository } from "../adapters/git-repository.ts";
import { inTemporaryFolder } from "../adapters/temporary-folder.ts";

export const STACK = "Pulumi.prod.yaml";
export const STATEMENT = "statements/prod/20261120T101112Z-0123456789ab/statement.json";
export const STATEMENT_DIGEST = `sha256:${"1".repeat(64)}`;

export interface PublicationScene {
  /** A bare repository, `origin` of the clone. */
  readonly origin: GitRepository;
  readonly clone: GitRepository;
  /** For stand-ins: on PATH before everything else. */
  readonly bin: string;
  /** Prepares, writes a stack file and a statement as a verb would, and publishes these. */
  readonly publish: (options: PublicationOptions, written?: Partial<WrittenFiles>) => Promise<Published>;
  /** What it says beforehand that it will do. */
  readonly steps: (options: PublicationOptions) => Promise<readonly string[]>;
  /** As Ctrl-C does. */
  readonly interrupt: () => void;
  /** Why it could not even begin; empty where nothing stands against it. */
  readonly refuse: (options: PublicationOptions) => Promise<readonly string[]>;
}

/** @param project the folder of the project in its repository, with a slash at its end */
export async function inClone(test: (scene: PublicationScene) => Promise<void>, project = ""): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const bin = join(folder, "bin");
    await mkdir(bin);
    const origin = await GitRepository.make(join(folder, "origin.git"), {});
    await origin.git("config", "core.bare", "true");
    await inGitEnvironment(
      async () => {
        const seed = await GitRepository.make(join(folder, "seed"), { [`${project}${STACK}`]: "a: 1\n", other: "x\n" });
        await seed.git("push", "--quiet", "--force", join(origin.folder, ".git"), "main");
        const clone = await GitRepository.clone(join(origin.folder, ".git"), join(folder, "clone"));
        await clone.git("config", "user.name", "Anna");
        await clone.git("config", "user.email", "anna@example.com");
        const root = join(clone.folder, project);
        const interruption = new AbortController();
        const prepare = (options: PublicationOptions) => preparePublication(options, interruption.signal, root);
        await test({
          ...{ origin, clone, bin },
          steps: async (options) => orThrow(await prepare(options), 1).steps,
          interrupt: () => {
            interruption.abort();
          },
          refuse: async (options) => refusalsOf(await prepare(options)).map(({ code }) => code),
          publish: async (options, written = {}) => {
            const publication = orThrow(await prepare(options), 1);
            await clone.write(`${project}${STACK}`, "a: 2\n");
            await clone.write(`${project}${STATEMENT}`, "{}\n");
            return publication.publish({ ...WRITTEN, ...written });
          },
        });
      },
      { PATH: `${bin}:${process.env["PATH"] ?? ""}`, LOCKSTEP_TEST_ORIGIN: join(origin.folder, ".git") },
    );
  });
}

const WRITTEN: WrittenFiles = {
  files: [STACK, STATEMENT],
  title: "Promote appointments from preprod to prod",
  body: "Fixes the calendar.\n\n--- a line of dashes\n# and one of a comment",
  trailers: { "Lockstep-Statement": STATEMENT_DIGEST, "Lockstep-Stage": "prod", "Lockstep-From": "preprod" },
};

/** The refusal that ended the work. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const [refusal] = error instanceof RefusalError ? error.refusals : [];
  if (refusal === undefined) throw new Error("nothing was refused", { cause: error });
  return refusal;
}

/** A program on PATH that writes down its arguments, one per line, and its input; then says something. */
export async function standIn(bin: string, name: string, rest: string): Promise<void> {
  const record = `for word in "$@"; do printf '%s\\n' "$word"; done >> "${bin}/${name}.args"`;
  await writeFile(join(bin, name), `#!/bin/sh\n${record}\n${rest}\n`, { mode: 0o755 });
}

/** The arguments that a stand-in was called with; none where it was not. */
export async function argumentsOf(bin: string, name: string): Promise<readonly string[]> {
  const text = await readFile(join(bin, `${name}.args`), "utf8").catch(() => "");
  return text.split("\n").slice(0, -1);
}

/**
 * Lets the clone's origin be a host's repository by its address: a stand-in for ssh reaches the bare one beside it.
 * What git asks of ssh's own abilities (`-G`) is refused.
 */
export async function originAt({ clone, bin }: PublicationScene, address: string): Promise<void> {
  const serve = `case "$last" in git-*) exec \${last%% *} "$LOCKSTEP_TEST_ORIGIN" ;; esac; exit 1`;
  await standIn(bin, "ssh", `for last in "$@"; do :; done\n${serve}`);
  await clone.git("remote", "set-url", "origin", address);
}

/** A hook of a repository. */
export async function hook(gitFolder: string, name: string, script: string): Promise<void> {
  await mkdir(join(gitFolder, "hooks"), { recursive: true });
  await writeFile(join(gitFolder, "hooks", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** The files of the commit that is checked out. */
export async function filesOfHead(clone: GitRepository): Promise<readonly string[]> {
  const text = await clone.git("-c", "core.quotePath=false", "show", "--name-only", "--format=", "HEAD");
  return text.split("\n");
}
