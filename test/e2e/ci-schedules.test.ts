import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import { githubLines, gitlabLines, jenkinsLines, runScript, type CiRun } from "./ci-scripts.ts";
import { refused, succeeded, textOf } from "./outcomes.ts";
import { Platform } from "./platform.ts";

const IMAGE = "{.spec.template.spec.containers[0].image}";
const GITLAB = "git.example.com/ehealth/platform.git";

interface Schedule {
  readonly lines: () => Promise<readonly string[]>;
  /** What the CI checks out before the script: a branch, or a commit alone. */
  readonly checkout: "branch" | "commit";
  readonly shell: NonNullable<CiRun["shell"]>;
  /** What the CI and its secrets set. */
  readonly env: (kubeconfig: string) => Promise<Readonly<Record<string, string>>>;
}

const schedules: Readonly<Record<string, Schedule>> = {
  "GitHub Actions": {
    lines: () => githubLines("reconcile"),
    checkout: "branch",
    shell: "bash",
    env: async (kubeconfig) => ({ KUBECONFIG: "/nowhere", KUBECONFIG_TEXT: await readFile(kubeconfig, "utf8") }),
  },
  "GitLab CI": {
    lines: () => gitlabLines("reconcile-inttest"),
    checkout: "commit",
    shell: "sh",
    env: () =>
      Promise.resolve({
        ...{ CI_COMMIT_BRANCH: "main", CI_SERVER_HOST: "git.example.com" },
        ...{ CI_PROJECT_PATH: "ehealth/platform", LOCKSTEP_PUSH_TOKEN: "token" },
      }),
  },
  Jenkins: {
    lines: () => jenkinsLines("Jenkinsfile.reconcile", "Reconcile"),
    checkout: "commit",
    shell: "sh",
    env: () => Promise.resolve({ PUSH_KEY: "/nowhere/key" }),
  },
};

/** In the order of the runs: each CI finds that another version was merged. */
const VERSIONS = ["2.3.1", "2.2.0", "2.3.0"] as const;

describe("the schedules of the CI examples, as they are typed", function () {
  this.timeout(600_000);
  let platform: Platform;
  let work: string;

  before(async () => {
    platform = await Platform.make();
    await platform.set("inttest", [["lockstep:settings", "portal", "timeout"], "20s"]);
    await platform.merge();
    await platform.up("inttest");
    work = join(dirname(platform.clone.folder), "ci");
    await mkdir(work);
    // What GitLab's script pushes to stands for the repository that is here.
    const rewrite = `[url "${platform.origin}"]\n\tinsteadOf = https://lockstep:token@${GITLAB}\n`;
    await writeFile(join(work, "git-configuration"), rewrite);
  });
  after(() => platform.remove());

  /** A run of the schedule, from a fresh checkout. */
  async function scheduled({ lines, checkout, shell, env }: Schedule): Promise<ProcessResult> {
    const cwd = join(work, "workspace");
    await rm(cwd, { recursive: true, force: true });
    await run("git", ["clone", "--quiet", platform.origin, cwd]);
    if (checkout === "commit") await run("git", ["checkout", "--quiet", "--detach", "origin/main"], { cwd });
    const own = { STAGE: "inttest", GIT_CONFIG_GLOBAL: join(work, "git-configuration"), WORKSPACE: cwd };
    // A pack judges by the files that it lies beside: the checkout's own, as where nothing names one.
    const pack = { PULUMI_OPTION_POLICY_PACK: join(cwd, "policy", "lockstep-policy") };
    const all = { ...platform.clone.env, ...own, ...pack, ...(await env(platform.clone.env["KUBECONFIG"] ?? "")) };
    // The clone's commits name the dependencies that are here.
    return runScript(await lines(), { cwd, env: all, installation: ":", shell });
  }

  async function merged(version: string): Promise<void> {
    await platform.git("pull", "--quiet", "--ff-only", "origin", "main");
    await platform.clone.pinned("portal", version);
    await platform.merge();
  }

  for (const [index, [name, schedule]] of Object.entries(schedules).entries()) {
    it(`${name}: deploys what was merged, and has nothing to do the next time`, async () => {
      const version = VERSIONS[index] ?? "";
      await merged(version);
      succeeded(await scheduled(schedule));
      const image = await platform.clone.field("deployment/portal", IMAGE);
      assert.ok(image.includes(`:${version}@`), image);
      assert.match(succeeded(await scheduled(schedule)), /Nothing to deploy: inttest/);
    });
  }

  it("bring what they took back to the branch, where the next run finds it held", async () => {
    const schedule = schedules["GitLab CI"];
    assert.ok(schedule !== undefined);
    const before = await platform.clone.field("deployment/portal", IMAGE);
    await merged("2.3.2-crash-loop");
    refused(await scheduled(schedule), ["Rolled back: portal", "pushed to origin"], 1);
    assert.equal(await platform.clone.field("deployment/portal", IMAGE), before);
    await platform.git("fetch", "--quiet", "origin");
    const file = await platform.git("show", "origin/main:Pulumi.inttest.yaml");
    assert.match(file, /its roll-out failed/);
    assert.doesNotMatch(file, /portal:2\.3\.2-crash-loop/);
    const next = await scheduled(schedule);
    assert.equal(next.exitCode, 0, textOf(next));
  });
});
