import { join } from "node:path";
import { checkGitState, type GitQuestion, type GitState } from "../src/git-state.ts";
import type { Outcome, Refusal } from "../src/model/refusal.ts";
import { inGitEnvironment } from "./adapters/git-environment.ts";
import { GitRepository } from "./adapters/git-repository.ts";
import { inTemporaryFolder } from "./adapters/temporary-folder.ts";

export const STACK = "Pulumi.prod.yaml";
export const FILES = [STACK, "statements/prod"];
export const SCENE = { [STACK]: "config: {}\n", "statements/prod/a/statement.json": "{}\n", "other.txt": "x\n" };

export interface Scene {
  readonly origin: GitRepository;
  readonly clone: GitRepository;
  readonly folder: string;
  readonly check: (question?: Partial<GitQuestion>) => Promise<Outcome<GitState>>;
}

/** A clone of a repository with a stack file and a statement, on its main branch. */
export async function inClone(
  test: (scene: Scene) => Promise<void>,
  variables: Readonly<Record<string, string>> = {},
  project = "",
): Promise<void> {
  await inTemporaryFolder((folder) =>
    inGitEnvironment(async () => {
      const files = Object.entries(SCENE).map(([path, text]) => [`${project}${path}`, text] as const);
      const origin = await GitRepository.make(join(folder, "origin"), Object.fromEntries(files));
      const clone = await GitRepository.clone(origin.folder, join(folder, "clone"));
      const signal = new AbortController().signal;
      const question = { files: FILES, statementsOf: "prod", base: undefined, fetch: true, signal };
      await test({
        ...{ origin, clone, folder },
        check: (more) => checkGitState({ ...question, folder: join(clone.folder, project), ...more }),
      });
    }, variables),
  );
}

export function refusalsIn(outcome: Outcome<GitState>): readonly Refusal[] {
  return outcome.kind === "refused" ? outcome.refusals : [];
}

export function codes(outcome: Outcome<GitState>): readonly string[] {
  return outcome.kind === "accepted" ? ["accepted"] : outcome.refusals.map(({ code }) => code);
}
