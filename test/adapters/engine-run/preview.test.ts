import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import type { EngineRun } from "../../../src/adapters/engine-run/ended-run.ts";
import { previewStage } from "../../../src/adapters/engine-run/preview.ts";
import { withFake } from "../fake-program.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const URN = "urn:pulumi:inttest::lockstep::kubernetes:apps/v1:Deployment::portal";
const STEP = { metadata: { op: "create", urn: URN, type: "kubernetes:apps/v1:Deployment" } };
const EVENTS = `printf '%s\\n' '${JSON.stringify({ sequence: 1, resourcePreEvent: STEP })}' > "$log"`;
/** Where the engine is told to write its events. */
const LOG = 'for word; do [ "$before" = --event-log ] && log=$word; before=$word; done';

/** A preview by an engine that says what the script says, with a folder for temporary files of its own. */
async function previewBy(
  script: string,
  { refresh = false, signal = new AbortController().signal } = {},
): Promise<EngineRun> {
  return inTemporaryFolder(async (folder) => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      const request = { stage: "inttest", policyPack: "/the/pack", refresh, signal };
      const run = await withFake("pulumi", `${LOG}\n${script}`, () => previewStage(request));
      assert.deepEqual(await readdir(folder), [], "what the events say of inputs is nobody else's");
      return run;
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });
}

describe("previewStage, with a fake pulumi", () => {
  it("is what the engine's log says", async () => {
    const { ended, changes, events } = await previewBy(EVENTS);
    assert.equal(ended, "succeeded");
    assert.deepEqual(
      changes.map(({ name, operation }) => [name, operation]),
      [["portal", "create"]],
    );
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["resource"],
    );
  });

  it("names the stack and the pack, and looks at the cluster where it is told to", async () => {
    const { said } = await previewBy('echo "$*" >&2; exit 255', { refresh: true });
    for (const words of ["preview --stack inttest", "--policy-pack /the/pack", "--refresh", "--non-interactive"])
      assert.ok(said.includes(words), said);
    assert.ok(!(await previewBy('echo "$*" >&2; exit 255')).said.includes("--refresh"));
  });

  it("keeps what was said before the engine failed", async () => {
    const { ended, changes, said } = await previewBy(`${EVENTS}\necho 'error: no' >&2; exit 255`);
    assert.deepEqual([ended, changes.length], ["failed", 1]);
    assert.match(said, /error: no/);
  });

  it("has the engine's own words where it did not get to its first event", async () => {
    const { ended, said } = await previewBy("echo 'error: no stack' >&2; exit 255");
    assert.equal(ended, "failed");
    assert.match(said, /no stack/);
  });

  it("is no proof where the log was cut off", async () => {
    const { ended, events, said } = await previewBy(`${EVENTS}\nprintf '{"seq' >> "$log"`);
    assert.deepEqual([ended, events], ["failed", []]);
    assert.match(said, /cut off/);
  });

  it("is interrupted by the signal, whatever was cut off by that", async () => {
    const controller = new AbortController();
    const script = `${EVENTS}\nprintf '{"seq' >> "$log"\nkill -s USR2 ${process.pid}\nexec /bin/sleep 60`;
    process.once("SIGUSR2", () => {
      controller.abort();
    });
    assert.equal((await previewBy(script, { signal: controller.signal })).ended, "interrupted");
  });
});
