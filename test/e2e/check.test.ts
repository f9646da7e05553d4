import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { run, type ProcessResult } from "../../src/adapters/processes.ts";
import { Clone } from "./clone.ts";
import { refused, succeeded, textOf } from "./outcomes.ts";
import { toolPath } from "./tools.ts";

const resultsSchema = z.object({
  results: z.array(
    z.object({
      stage: z.string().optional(),
      check: z.string(),
      outcome: z.enum(["passed", "failed", "skipped"]),
      refusals: z.array(z.object({ code: z.string(), found: z.string() })),
    }),
  ),
});

const STATEMENT = "statements/prod/20261120T101112Z-abcdefabcdef/statement.json";
/** Whatever the shell knows of clusters: there is none. */
const NO_CLUSTER = { KUBECONFIG: "/nowhere/kubeconfig", KUBERNETES_SERVICE_HOST: "", PULUMI_OPTION_POLICY_PACK: "" };

describe("check", () => {
  let clone: Clone;

  beforeEach(async () => {
    clone = await Clone.make();
  });

  afterEach(() => clone.remove());

  async function check(...args: readonly string[]): Promise<ProcessResult> {
    return clone.lockstep(["check", "--base", "main", ...args], { env: NO_CLUSTER, timeoutMs: 300_000 });
  }

  /** What failed, as `stage check code`, and the exit code. */
  async function findings(...args: readonly string[]): Promise<readonly [number, readonly string[]]> {
    const result = await check("--json", ...args);
    assert.ok(result.stdout.startsWith("{"), textOf(result));
    const { results } = resultsSchema.parse(JSON.parse(result.stdout));
    const failed = results.flatMap(({ stage, check: name, refusals }) =>
      refusals.map(({ code }) => [stage ?? "project", name, code].join(" ")),
    );
    return [result.exitCode, [...new Set(failed)]];
  }

  it("finds nothing in a fresh clone, without a cluster, and reports it in every form", async () => {
    const [sarif, junit] = [join(clone.folder, "check.sarif"), join(clone.folder, "check.xml")];
    const text = succeeded(await check("--sarif", sarif, "--junit", junit));
    assert.match(text, /nothing found/);
    const log = z.object({ version: z.literal("2.1.0"), runs: z.tuple([z.object({ results: z.array(z.unknown()) })]) });
    assert.deepEqual(log.parse(JSON.parse(await readFile(sarif, "utf8"))).runs[0].results, []);
    assert.match(await readFile(junit, "utf8"), /<testsuites [^>]*failures="0"/);
    assert.match(await clone.gitStatus(), /^\?\? check\.sarif\n\?\? check\.xml\n$/);
  });

  it("finds a statement that was removed since the base branch", async () => {
    await clone.write(STATEMENT, "{}");
    await clone.commit();
    await run("git", ["switch", "--quiet", "--create", "change"], { cwd: clone.folder });
    await run("git", ["rm", "--quiet", STATEMENT], { cwd: clone.folder });
    await clone.commit();
    assert.deepEqual(await findings("inttest"), [1, ["project history statement-removed"]]);
  });

  it("finds a statement that was edited since the base branch, committed or not", async () => {
    await clone.write(STATEMENT, "{}");
    await clone.commit();
    await clone.write(STATEMENT, "[]");
    assert.deepEqual(await findings("inttest"), [1, ["project history statement-edited"]]);
  });

  it("finds a trust file that was changed without the root", async () => {
    const roles = join(clone.trust, "roles.yaml");
    await writeFile(roles, `${await readFile(roles, "utf8")}# a comment\n`);
    const [exitCode, found] = await findings();
    assert.equal(exitCode, 1);
    assert.ok(found.every((finding) => finding.startsWith("project trust ")) && found.length > 0, found.join("\n"));
  });

  it("finds a broken stack file of one stage, and looks at the others all the same", async () => {
    await clone.edit("Pulumi.extest.yaml", (text) => `${text}\n  lockstep:pin: {}\n`);
    const result = await check("--json");
    const { results } = resultsSchema.parse(JSON.parse(result.stdout));
    const outcomes = results.map(({ stage, check: name, outcome }) => `${stage ?? "project"} ${name} ${outcome}`);
    assert.equal(result.exitCode, 2);
    assert.ok(
      outcomes.includes("extest files failed") && outcomes.includes("extest policy skipped"),
      outcomes.join("\n"),
    );
    assert.ok(outcomes.includes("inttest policy passed"), outcomes.join("\n"));
  });

  it("finds a sidecar that a chart's template adds", async () => {
    const sidecar = "        - {name: sidecar, image: registry.example.com/stranger:1}\n";
    await pinChart("2.1.1-sidecar", (text) => text.replace("containers:\n", `containers:\n${sidecar}`));
    const [exitCode, found] = await findings("inttest");
    assert.equal(exitCode, 1);
    for (const rule of ["image-pinned", "image-known", "chart-signed"])
      assert.ok(found.includes(`inttest policy ${rule}`), found.join("\n"));
  });

  it("takes a rule that an unknown value kept from deciding for a violation", async () => {
    await clone.edit("src/components/migration.ts", (text) =>
      text
        .replace("type ComponentResourceOptions }", "Output, type ComponentResourceOptions }")
        .replace("    new Job(", `    ${UNKNOWN_IMAGE};\n    new Job(`),
    );
    const [exitCode, found] = await findings("inttest");
    assert.deepEqual([exitCode, found], [1, ["inttest policy policy-undecided"]]);
  });

  it("judges a run elsewhere by its events: refused without the pack, passed with it", async () => {
    const pack = join(clone.folder, "policy", "lockstep-policy");
    for (const [flags, expected] of [
      [[], [1, ["inttest policy policy-pack-did-not-run"]]],
      [
        ["--policy-pack", pack],
        [0, []],
      ],
    ] as const) {
      const events = join(clone.folder, "events.jsonl");
      const env = { PULUMI_DEBUG_COMMANDS: "true", PULUMI_OPTION_POLICY_PACK: "" };
      succeeded(await clone.pulumi(["preview", "--stack", "inttest", "--event-log", events, ...flags], { env }));
      assert.deepEqual(await findings("inttest", "--events", events), expected);
    }
  });

  it("judges another project's files with its own code", async () => {
    const other = await Clone.make();
    await other.edit("Pulumi.inttest.yaml", (text) => text.replace("lockstep:settings", "lockstep:setings"));
    refused(await check("inttest", "--project", other.folder), ["setings"], 2);
    await other.remove();
  });

  it("refuses unknown stages and a missing base, and says what to type", async () => {
    refused(await check("intest"), ["inttest"], 2);
    refused(await clone.lockstep(["check", "--base", "gone"], { env: NO_CLUSTER }), ["git fetch"], 2);
  });

  /** Publishes the sample chart with another Deployment template, and pins it for the portal. */
  async function pinChart(version: string, change: (text: string) => string): Promise<void> {
    const chart = join(clone.folder, "..", "web-service");
    await cp(join(clone.folder, "charts", "web-service"), chart, { recursive: true });
    const template = join(chart, "templates", "deployment.yaml");
    await writeFile(template, change(await readFile(template, "utf8")));
    const { registry } = clone.sandbox.location;
    const options = { cwd: join(clone.folder, ".."), env: { HOME: join(clone.folder, "..") } };
    await run(toolPath("helm"), ["package", "web-service", "--version", version], options);
    await run(
      toolPath("helm"),
      ["push", `web-service-${version}.tgz`, `oci://${registry}/charts`, "--plain-http"],
      options,
    );
    const reference = `${registry}/charts/web-service:${version}`;
    const { stdout } = await run(toolPath("crane"), ["digest", reference]);
    const path = ["config", "lockstep:pins", "portal", "chart"];
    await clone.change({ path, value: `oci://${reference}@${stdout.trim()}` });
  }
});

/** A value that no preview knows. */
const UNKNOWN_IMAGE = `Object.assign(spec.template.spec.containers[0] ?? {}, {
      image: new Output(new Set(), Promise.resolve(""), Promise.resolve(false), Promise.resolve(false), Promise.resolve(new Set())),
    })`;
