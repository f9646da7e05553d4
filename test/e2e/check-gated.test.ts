import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import type { Written } from "../statements/statement-writer.ts";
import { succeeded, textOf } from "./outcomes.ts";
import { FILE, GatedStage, HOUR, T0 } from "./gated/gated-stage.ts";

const placeSchema = z.object({ file: z.string().optional(), line: z.number().optional(), path: z.string().optional() });
const resultsSchema = z.object({
  results: z.array(
    z.object({
      check: z.string(),
      outcome: z.enum(["passed", "failed", "skipped"]),
      refusals: z.array(z.object({ code: z.string(), place: placeSchema })),
      advice: z.array(z.object({ code: z.string(), place: placeSchema })),
    }),
  ),
});
const sarifSchema = z.object({
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.object({
      tool: z.object({ driver: z.object({ rules: z.array(z.object({ id: z.string() })) }) }),
      results: z.array(
        z.object({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level: z.enum(["error", "note"]),
          message: z.object({ text: z.string() }),
          locations: z.tuple([
            z.object({
              physicalLocation: z.object({
                artifactLocation: z.object({ uri: z.string() }),
                region: z.object({ startLine: z.int().min(1) }),
              }),
              logicalLocations: z.tuple([z.object({ fullyQualifiedName: z.string() })]).optional(),
            }),
          ]),
        }),
      ),
    }),
  ]),
});

/** What a CI job's environment may hold, and what only pulumi would heed. */
const SECRETS = {
  GITHUB_TOKEN: "s3cr3t-github",
  ACTIONS_RUNTIME_TOKEN: "s3cr3t-actions",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s3cr3t-oidc",
  CI_JOB_TOKEN: "s3cr3t-gitlab",
  AWS_SECRET_ACCESS_KEY: "s3cr3t-aws",
  PULUMI_ACCESS_TOKEN: "s3cr3t-pulumi",
  PULUMI_CONFIG_PASSPHRASE: "s3cr3t-passphrase",
  SSH_AUTH_SOCK: "/s3cr3t/agent",
  KUBECONFIG: "/s3cr3t/kubeconfig",
  PULUMI_OPTION_POLICY_PACK: "/s3cr3t/pack",
};

describe("check of a gated stage", function () {
  this.timeout(600_000);
  let stage: GatedStage;
  let first: Written;
  let approvedFile: string;

  before(async () => {
    stage = await GatedStage.make("status-page");
    first = await stage.approve(await stage.promoted());
    await stage.clone.commit();
    approvedFile = await stage.clone.read(FILE);
  });
  afterEach(async () => {
    await stage.clone.write(FILE, approvedFile);
    await run("git", ["clean", "--quiet", "--force", "-d", "statements"], { cwd: stage.clone.folder });
  });
  after(() => stage.remove());

  async function check(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const args = ["check", "prod", "--base", "main", ...flags];
    return stage.clone.lockstep(args, { env: { KUBECONFIG: "/nowhere", ...env }, timeoutMs: 300_000 });
  }

  interface Reports {
    readonly exitCode: number;
    readonly json: z.output<typeof resultsSchema>["results"];
    readonly sarif: z.output<typeof sarifSchema>["runs"][0];
    readonly junit: string;
  }

  /** Every report but the text, read back. */
  async function reports(): Promise<Reports> {
    const home = join(stage.clone.folder, "..");
    const [sarif, junit] = [join(home, "check.sarif"), join(home, "check.xml")];
    const result = await check(["--json", "--sarif", sarif, "--junit", junit]);
    assert.ok(result.stdout.startsWith("{"), textOf(result));
    return {
      exitCode: result.exitCode,
      json: resultsSchema.parse(JSON.parse(result.stdout)).results,
      sarif: sarifSchema.parse(JSON.parse(await readFile(sarif, "utf8"))).runs[0],
      junit: await readFile(junit, "utf8"),
    };
  }

  /** That each report says one thing, and where. */
  function assertFound({ json, sarif, junit }: Reports, name: string, code: string, line: number, path: string): void {
    const refusals = json.flatMap(({ check: from, refusals: all }) => (from === name ? all : []));
    assert.deepEqual(
      refusals.map(({ code: found, place }) => [found, place.file, place.line, place.path]),
      [[code, FILE, line, path]],
    );
    const errors = sarif.results.filter(({ level }) => level === "error");
    assert.deepEqual(
      errors.map(({ ruleId, ruleIndex, locations: [{ physicalLocation: at, logicalLocations }] }) => [
        ...[ruleId, sarif.tool.driver.rules[ruleIndex]?.id, at.artifactLocation.uri, at.region.startLine],
        logicalLocations?.[0].fullyQualifiedName,
      ]),
      [[code, code, FILE, line, path]],
    );
    assert.match(junit, /<testsuites [^>]*failures="1"/);
    const [, type, detail = ""] =
      /<failure message="1: [a-z-]+" type="([a-z]+)"><!\[CDATA\[([\s\S]*?)\]\]>/.exec(junit) ?? [];
    assert.equal(type, name);
    assert.ok(detail.includes(`${FILE}:${line}:`) && detail.includes(path), detail || junit);
  }

  /** A statement, approved, that goes on from the first: portal as the stack file has it now. */
  async function stageChange(atMs: number): Promise<void> {
    const who = await stage.clone.person("anna");
    const before = first.statement.applications.get("portal")?.after;
    const portal = (await stage.states())["portal"];
    const goesOn = { kind: "change" as const, previous: first.statement.digest, ...(before && { before }) };
    await stage.approve(await stage.writer.write({ stage: "prod", who, atMs, applications: { portal }, ...goesOn }));
  }

  async function lineOf(text: string): Promise<number> {
    const lines = (await stage.clone.read(FILE)).split("\n");
    return lines.findIndex((line) => line.includes(text)) + 1;
  }

  it("finds nothing where everything was stated and approved", async () => {
    const { exitCode, json, sarif, junit } = await reports();
    assert.deepEqual([exitCode, sarif.results], [0, []], JSON.stringify(json));
    assert.deepEqual(
      json.map(({ check: name, outcome }) => `${name} ${outcome}`),
      ["trust", "history", "files", "coverage", "policy"].map((name) => `${name} passed`),
    );
    assert.match(junit, /<testsuites [^>]*tests="5" failures="0"/);
  });

  it("finds an edited setting, with its line, in every report", async () => {
    await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: debug");
    const found = await reports();
    assert.equal(found.exitCode, 1);
    assertFound(found, "coverage", "not-covered", await lineOf("LOG_LEVEL"), "lockstep:settings.portal.env.LOG_LEVEL");
  });

  it("finds what a rule says, with rule, object, path and the line of the setting, in every report", async () => {
    await stage.edit("portal.prod.example.com", "portal.elsewhere.example.org");
    await stageChange(T0 + 2 * HOUR);
    const found = await reports();
    assert.equal(found.exitCode, 1);
    const path = "hosts-owned: Application/portal hosts[0]";
    assertFound(found, "policy", "hosts-owned", await lineOf("portal.elsewhere"), path);
    const text = textOf(await check());
    assert.match(text, /Pulumi\.prod\.yaml:\d+:\d+ {2}hosts-owned: Application\/portal hosts\[0\]\n/);
  });

  it("says once that nothing uses an exemption, and which", async () => {
    const exemption = {
      ...{ rule: "workload-probes", stages: ["prod"], application: "portal", object: "Deployment/portal" },
      ...{ owner: "platform", reason: "a slow start", expires: "2030-01-01T00:00:00Z" },
    };
    const change = (): string => stringify({ exemptions: [exemption] });
    await stage.withTrust("exemptions.yaml", change, async () => {
      const { exitCode, json } = await reports();
      assert.equal(exitCode, 0);
      assert.deepEqual(
        json.flatMap(({ advice }) => advice.map(({ code, place }) => [code, place.path])),
        [["exemptions", "exemptions: workload-probes for portal Deployment/portal (platform)"]],
      );
    });
  });

  it("finds a new statement of somebody whose key has left, whatever time it says", async () => {
    const anna = await stage.clone.person("anna");
    const { stdout } = await run("ssh-keygen", ["-l", "-f", `${anna.keyFile}.pub`]);
    const key = { key: stdout.split(" ")[1], kind: "left", since: "2026-11-01T00:00:00Z", reason: "has left" };
    const revoked = stringify({ keys: [key], digests: [], statements: [] });
    await stage.withTrust(
      "revoked.yaml",
      () => revoked,
      async () => {
        succeeded(await check());
        await stage.edit("LOG_LEVEL: info", "LOG_LEVEL: debug");
        await stageChange(T0 + 3 * HOUR);
        const { exitCode, json } = await reports();
        const codes = json.flatMap(({ check: name, refusals }) => refusals.map(({ code }) => `${name} ${code}`));
        assert.deepEqual([exitCode, codes], [1, ["history signed-by-revoked-key"]]);
      },
    );
  });

  it("hands no credential of its environment to the change's catalogue, in none of its processes", async () => {
    const file = "src/applications/portal.ts";
    const text = await stage.clone.read(file);
    const seen = join(stage.clone.folder, "..", "seen");
    const spy = `import { appendFileSync } from "node:fs";
appendFileSync(${JSON.stringify(seen)}, JSON.stringify([process.argv, process.env]) + "\\n");\n`;
    await stage.clone.write(file, spy + text);
    try {
      const result = await check([], SECRETS);
      assert.equal(result.exitCode, 0, textOf(result));
      const lines = (await readFile(seen, "utf8")).trimEnd().split("\n");
      // The verb itself, the program and the pack.
      assert.ok(lines.length >= 3, lines.join("\n"));
      assert.doesNotMatch(lines.join("\n"), /s3cr3t/);
    } finally {
      await stage.clone.write(file, text);
    }
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`keeps the engine's events to itself, and leaves none of them after ${signal}`, async () => {
      const temporary = join(stage.clone.folder, "..", `temporary-${signal}`);
      await run("mkdir", [temporary]);
      const running = startCheck(temporary);
      const folder = join(temporary, await entryOf(temporary, "lockstep-check-"));
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
      await entryOf(folder, "events.jsonl");
      process.kill(await running.pid, signal);
      assert.equal((await running.result).exitCode, 130);
      assert.deepEqual(
        (await readdir(temporary)).filter((name) => name.startsWith("lockstep-")),
        [],
      );
    });
  }

  /** A check whose temporary files are in a folder of the test's own. */
  function startCheck(temporary: string): { pid: Promise<number>; result: Promise<ProcessResult> } {
    const pid = Promise.withResolvers<number>();
    const main = join(stage.clone.folder, "bin", "lockstep.js");
    const script = `echo "pid $$"; exec "$0" "$1" check prod --base main || exit $?`;
    const result = run("sh", ["-c", script, process.execPath, main], {
      cwd: stage.clone.folder,
      env: { ...stage.clone.env, TMPDIR: temporary },
      onLine: (line) => {
        if (line.startsWith("pid ")) pid.resolve(Number(line.slice(4)));
      },
    }).catch((error: unknown) => {
      if (error instanceof Error && "exitCode" in error) return error as unknown as ProcessResult;
      throw error;
    });
    return { pid: pid.promise, result };
  }

  /** Waits until a folder has an entry whose name begins so. */
  async function entryOf(folder: string, beginning: string): Promise<string> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const found = (await readdir(folder).catch(() => [])).find((name) => name.startsWith(beginning));
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`nothing in ${folder} begins with ${beginning}`);
  }
});
