import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { previewWithPolicies } from "../../src/adapters/policy-preview.ts";
import type { Refusal } from "../../src/model/refusal.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** What a preview comes to where `pulumi` is a script of this text, or nothing at all. */
async function previewWith(script: string | undefined) {
  return inTemporaryFolder(async (folder) => {
    const [bin, temporary] = [join(folder, "bin"), join(folder, "temporary")];
    await mkdir(bin);
    await mkdir(temporary);
    if (script !== undefined) await writeFile(join(bin, "pulumi"), `#!/bin/sh\n${script}`, { mode: 0o755 });
    const before = { ...process.env };
    Object.assign(process.env, { PATH: script === undefined ? bin : `${bin}:${before["PATH"] ?? ""}` });
    Object.assign(process.env, { TMPDIR: temporary, AWS_SECRET_ACCESS_KEY: "s3cr3t" });
    try {
      const request = { project: "platform", stage: "prod", context: "prod", chartPaths: new Map() };
      const outcome = await previewWithPolicies({ ...request, signal: new AbortController().signal });
      return { outcome, left: await readdir(temporary) };
    } finally {
      for (const name of ["PATH", "TMPDIR", "AWS_SECRET_ACCESS_KEY"]) {
        const value = before[name];
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- There is no other way to unset a variable.
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
}

async function refusalWith(script: string | undefined): Promise<Refusal> {
  const { outcome, left } = await previewWith(script);
  assert.deepEqual(left, []);
  assert.ok(outcome.kind === "refused" && outcome.refusals[0] !== undefined, JSON.stringify(outcome));
  return outcome.refusals[0];
}

const EVENT = `{"sequence":1,"summaryEvent":{"isPreview":true,"result":"succeeded","PolicyPacks":{}}}`;
/** Finds the event log among the flags. */
const LOG = `for flag in "$@"; do [ "$previous" = --event-log ] && log=$flag; previous=$flag; done`;

describe("a preview with the policy pack and without a cluster", () => {
  it("is what the engine's events say", async () => {
    const { outcome, left } = await previewWith(`${LOG}\n[ "$1" = stack ] || echo '${EVENT}' > "$log"`);
    assert.deepEqual(outcome.kind === "accepted" ? outcome.value.map(({ kind }) => kind) : outcome, ["summary"]);
    assert.deepEqual(left, []);
  });

  it("is refused without an engine", async () => {
    assert.equal((await refusalWith(undefined)).code, "no-engine");
  });

  it("is refused in the engine's own words where it does not start", async () => {
    const { code, found } = await refusalWith("echo 'no such plugin' >&2\nexit 255");
    assert.equal(code, "engine-failed");
    assert.match(found, /no such plugin/);
  });

  it("is refused where the engine ends well and says nothing", async () => {
    assert.equal((await refusalWith("exit 0")).code, "unreadable-events");
  });

  it("hands the engine a passphrase of its own, and no credential of this process's", async () => {
    const { found } = await refusalWith("env\nexit 1");
    assert.doesNotMatch(found, /s3cr3t|AWS_/);
    const { found: passphrase } = await refusalWith("env | grep PASSPHRASE\nexit 1");
    assert.match(passphrase, /^PULUMI_CONFIG_PASSPHRASE=[\w-]{32}$/);
  });
});
