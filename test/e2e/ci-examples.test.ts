import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { stackNames } from "../../sandbox/pulumi-stacks.ts";
import { run } from "../../src/adapters/processes.ts";
import { reconcileCommand } from "../../src/cli/reconcile/command.ts";
import { example, githubLines, githubSchema, gitlabLines, jenkinsLines, runScript } from "./ci-scripts.ts";
import { Clone } from "./clone.ts";
import { repository } from "./shared-sandbox.ts";

const BASE_BRANCH = "main";
const operatorSchema = z.object({
  kind: z.string(),
  spec: z.looseObject({
    stack: z.string(),
    config: z.unknown().optional(),
    envRefs: z.record(z.string(), z.unknown()),
  }),
});
const ENVIRONMENT: ReadonlySet<string> = new Set([
  ...["LOCKSTEP_TRUST_ANCHOR", "PULUMI_CONFIG_PASSPHRASE"],
  ...["PULUMI_K8S_ENABLE_PATCH_FORCE", "PULUMI_OPTION_POLICY_PACK"],
]);
const RECONCILE = /lockstep\.js (reconcile "\$STAGE" .*)/;
/** The shell lines of each example's check, in their order. */
const examples = {
  "GitHub Actions": () => githubLines("check"),
  "GitLab CI": () => gitlabLines("check"),
  Jenkins: () => jenkinsLines("Jenkinsfile", "Check"),
} as const;

describe("the CI examples", () => {
  it("give each job of GitHub Actions the rights that it needs, and no more", async () => {
    const { jobs } = githubSchema.parse(parse(await example("github-actions.yml")));
    assert.deepEqual(
      Object.entries(jobs).map(([name, { permissions }]) => [name, permissions]),
      [
        ["check", { contents: "read" }],
        ["findings", { contents: "read", "security-events": "write" }],
        ["deploy", { contents: "read" }],
        ["reconcile", { contents: "write" }],
      ],
    );
  });

  it("give the check of a change no secrets", async () => {
    for (const lines of Object.values(examples))
      assert.doesNotMatch((await lines()).join("\n"), /secrets\.|PASSPHRASE|KUBECONFIG/);
  });

  it("reconcile with words that the verb knows, one step at a time", async () => {
    const files = ["github-actions.yml", "gitlab-ci.yml", "Jenkinsfile.reconcile"];
    const calls = (await Promise.all(files.map(example))).map((text) => RECONCILE.exec(text)?.[1]?.split(" ") ?? []);
    const known = new Set(reconcileCommand().options.map(({ long }) => long));
    for (const words of calls) {
      assert.ok(words.includes("--once"), words.join(" "));
      assert.deepEqual(
        words.filter((word) => word.startsWith("--") && !known.has(word)),
        [],
      );
    }
  });

  it("give the operator a stack of the project, and no configuration of its own", async () => {
    const { kind, spec } = operatorSchema.parse(parse(await example("pulumi-operator-stack.yaml")));
    assert.equal(kind, "Stack");
    assert.ok((await stackNames(repository)).includes(spec.stack));
    assert.equal(spec.config, undefined);
    assert.deepEqual(
      Object.keys(spec.envRefs).filter((name) => !ENVIRONMENT.has(name)),
      [],
    );
  });

  for (const [name, lines] of Object.entries(examples)) {
    describe(name, () => {
      let clone: Clone;

      beforeEach(async () => {
        clone = await Clone.make();
      });

      afterEach(() => clone.remove());

      it("passes a change that is fine, and finds one that loosens the code it is judged by", async () => {
        const script = await lines();
        const { folder, env } = await makeChange(clone);
        assert.deepEqual(await runLines(script, folder, env), 0);
        await run("git", ["rm", "--quiet", "-r", "src/cli", "statements"], { cwd: folder });
        await commit(folder);
        assert.deepEqual(await runLines(script, folder, env), 1);
      });
    });
  }
});

/** A clone of the project as a CI has it, with a branch that changes something; the base branch has a statement. */
async function makeChange(clone: Clone): Promise<{ folder: string; env: Record<string, string> }> {
  await clone.write("statements/inttest/20261120T101112Z-abcdefabcdef/statement.json", "{}");
  // Dependencies are not part of a repository.
  await run("git", ["rm", "--quiet", "--cached", "--ignore-unmatch", "node_modules"], { cwd: clone.folder });
  await clone.write(".gitignore", "node_modules\n");
  await clone.commit();
  const work = join(clone.folder, "..", "ci");
  const folder = join(work, "workspace");
  await mkdir(work);
  await run("git", ["clone", "--quiet", clone.folder, folder]);
  await run("git", ["switch", "--quiet", "--create", "change"], { cwd: folder });
  await commit(folder);
  const ci = {
    RUNNER_TEMP: work,
    GITHUB_ENV: join(work, "github-env"),
    GITHUB_BASE_REF: BASE_BRANCH,
    CI_PROJECT_DIR: folder,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: BASE_BRANCH,
    WORKSPACE: folder,
    CHANGE_TARGET: BASE_BRANCH,
    BASE_COPY: `${folder}.base`,
  };
  return { folder, env: { ...clone.env, ...ci, KUBECONFIG: "/nowhere", PULUMI_OPTION_POLICY_PACK: "" } };
}

async function commit(folder: string): Promise<void> {
  const who = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.com", "-c", "commit.gpgSign=false"];
  await run("git", [...who, "commit", "--quiet", "--allow-empty", "--message", "A change"], { cwd: folder });
}

/** Runs the lines as the CI's shell does. @returns the exit code */
async function runLines(lines: readonly string[], cwd: string, env: Record<string, string>): Promise<number> {
  const link = `ln -s ${join(repository, "node_modules")} "$BASE_COPY/node_modules"`;
  for (const copy of [join(env["RUNNER_TEMP"] ?? "", "base"), `${cwd}.base`])
    await rm(copy, { recursive: true, force: true });
  await run("git", ["worktree", "prune"], { cwd });
  return (await runScript(lines, { cwd, env, installation: link })).exitCode;
}
