import assert from "node:assert/strict";
import { readStackHistory, readWholeHistory } from "../../src/adapters/stack-history.ts";
import { projectRoot } from "../../src/adapters/project.ts";
import type { StackUpdate } from "../../src/model/deployed-stage.ts";
import type { Outcome } from "../../src/model/refusal.ts";
import { withFake } from "./fake-program.ts";

const pins = {
  portal: { image: "r.example.com/portal:1.0.0@sha256:1", chart: "oci://r/web:1@sha256:2", created: "x" },
};
const entry = {
  ...{ version: 0, kind: "update", startTime: "2026-11-20T10:00:00.000Z", endTime: "2026-11-20T10:01:00.000Z" },
  environment: { "pulumi.flag.stack": "set", "git.author": "it's me" },
  config: {
    "lockstep:pins": { value: JSON.stringify(pins), objectValue: pins, secret: false },
    "lockstep:settings": { secret: true },
  },
  result: "succeeded",
};
type Entry = Partial<Record<keyof typeof entry | "message", unknown>>;

const answer = (...entries: readonly unknown[]): string =>
  `cat <<'END'\n${JSON.stringify(entries)}\nEND`.replace("cat", CAT);
/** The fake's PATH has nothing else. */
const CAT = "/bin/cat";

async function read(
  script: string | undefined,
  enough: (updates: readonly StackUpdate[]) => boolean = () => true,
): Promise<Outcome<readonly StackUpdate[]>> {
  return withFake("pulumi", script, () => readStackHistory({ stage: "inttest", enough }));
}

async function one(changes: Entry): Promise<StackUpdate | undefined> {
  const outcome = await read(answer({ ...entry, ...changes }));
  assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
  return outcome.value[0];
}

async function codeOf(script: string | undefined): Promise<string | undefined> {
  const outcome = await read(script);
  return outcome.kind === "refused" ? outcome.refusals[0]?.code : undefined;
}

describe("readStackHistory, with a fake pulumi", () => {
  it("reads an update with its times and the pins of its configuration", async () => {
    const { image, chart } = pins.portal;
    assert.deepEqual(await one({}), {
      ...{ version: 0, kind: "update", result: "succeeded", startTime: entry.startTime, partial: false },
      ...{ startMs: Date.parse(entry.startTime), endMs: Date.parse(entry.endTime) },
      pins: new Map([["portal", { image, chart }]]),
      ...{ wholePins: new Map(), schemaLevels: new Map(), message: "" },
      ...{ head: undefined, dirty: false, record: undefined },
    });
  });

  it("reads whole pins, levels, the message, the commit and who ran it", async () => {
    const hex = "0123456789abcdef".repeat(4);
    const whole = {
      ...{ image: `r.example.com/portal:1.0.0@sha256:${hex}`, chart: `oci://r.example.com/web:1.0.0@sha256:${hex}` },
      schema: { supports: { min: 1, max: 2 }, migratesTo: 2 },
    };
    const config = {
      "lockstep:pins": { objectValue: { portal: whole, odd: pins.portal }, secret: false },
      "lockstep:schemaLevels": { value: '{"portal":2,"odd":-1}', secret: false },
    };
    const agent = `lockstep ${JSON.stringify({ who: "ben@example.com", reason: "why" })}`;
    const environment = { "git.head": "abc", "git.dirty": "true", "exec.agent": agent };
    const read = await one({ config, environment, message: "Deploy" });
    assert.ok(read !== undefined);
    const [portal] = read.wholePins.values();
    assert.deepEqual([...read.wholePins.keys()], ["portal"]);
    assert.deepEqual([portal?.image.tag, portal?.schema], ["1.0.0", whole.schema]);
    assert.equal(read.pins.size, 2);
    assert.deepEqual(read.schemaLevels, new Map([["portal", 2]]));
    assert.deepEqual([read.message, read.head, read.dirty], ["Deploy", "abc", true]);
    assert.deepEqual(read.record, { who: "ben@example.com", reason: "why" });
  });

  it("numbers all updates from the oldest where the backend has no numbers, and leaves those that it has", async () => {
    const at = (hour: number, version: number) => ({ ...entry, version, startTime: `2026-11-20T${hour}:00:00.000Z` });
    const versionsOf = async (...entries: readonly unknown[]) => {
      const outcome = await withFake("pulumi", answer(...entries), () => readWholeHistory("inttest"));
      return outcome.kind === "accepted" ? outcome.value.map(({ version }) => version) : outcome.refusals;
    };
    assert.deepEqual(await versionsOf(at(12, 0), at(11, 0), at(10, 0)), [3, 2, 1]);
    assert.deepEqual(await versionsOf(at(12, 7), at(11, 6)), [7, 6]);
    // The same update twice: another one ended between two pages.
    assert.deepEqual(await versionsOf(at(12, 0), at(11, 0), at(11, 0)), [2, 1]);
  });

  it("reads one that has not ended, and takes an unknown result for a failure", async () => {
    const running = await one({ endTime: undefined, result: "in-progress" });
    assert.deepEqual([running?.result, running?.endMs], ["in-progress", undefined]);
    assert.equal((await one({ result: "abandoned" }))?.result, "failed");
  });

  it("knows an update of a part of the stage, by a flag or by the environment", async () => {
    for (const name of ["pulumi.flag.target", "pulumi.flag.exclude-dependents", "pulumi.env.PULUMI_OPTION_TARGET"])
      assert.equal((await one({ environment: { [name]: "set" } }))?.partial, true, name);
  });

  for (const [what, config] of [
    ["are secret", { "lockstep:pins": { secret: true } }],
    ["are not there", {}],
    ["are of another form", { "lockstep:pins": { objectValue: { portal: "latest" }, secret: false } }],
    ["are no mapping", { "lockstep:pins": { value: "no", secret: false } }],
  ] as const) {
    it(`knows no pins where they ${what}`, async () => {
      assert.equal((await one({ config }))?.pins.size, 0);
    });
  }

  it("asks in the project's folder for the stack by name, and for nothing secret", async () => {
    const script = `test "$PWD" = '${projectRoot}' || exit 9
      case "$*" in *"--stack inttest"*) ;; *) exit 8;; esac
      case "$*" in *"--show-secrets=false"*) ;; *) exit 7;; esac
      ${answer(entry)}`;
    const folder = process.cwd();
    process.chdir("/");
    try {
      assert.equal((await read(script)).kind, "accepted");
    } finally {
      process.chdir(folder);
    }
  });

  it("reads page after page until there is enough, or nothing more", async () => {
    const page = Array.from({ length: 5 }, () => entry);
    const script = `case "$*" in *"--page 3"*) ${answer(entry)};; *) ${answer(...page)};; esac`.replaceAll(
      "END;;",
      "END\n;;",
    );
    const sizeOf = async (enough: (updates: readonly StackUpdate[]) => boolean) => {
      const outcome = await read(script, enough);
      return outcome.kind === "accepted" ? outcome.value.length : outcome.refusals;
    };
    assert.equal(await sizeOf(() => true), 5);
    assert.equal(await sizeOf((updates) => updates.length >= 6), 10);
    assert.equal(await sizeOf(() => false), 11);
  });

  it("says what is missing, in words of its own code each", async () => {
    assert.equal(await codeOf(undefined), "missing-pulumi");
    const says = (words: string) => `echo "error: ${words}" >&2; exit 255`;
    assert.equal(await codeOf(says("no stack named 'inttest' found")), "no-stack");
    assert.equal(await codeOf(says("PULUMI_ACCESS_TOKEN must be set for login")), "engine-denied");
    assert.equal(await codeOf(says("unable to open state directory: no such file")), "engine-unreachable");
    assert.equal(await codeOf("echo '{}'"), "engine-unreachable");
    assert.equal(await codeOf(answer({ ...entry, startTime: "yesterday" })), "engine-unreachable");
  });

  it("ends with its caller", async () => {
    const controller = new AbortController();
    const asked = withFake("pulumi", "exec /bin/sleep 60", () =>
      readStackHistory({ stage: "inttest", enough: () => true, signal: controller.signal }),
    );
    setImmediate(() => {
      controller.abort();
    });
    await assert.rejects(asked, { name: "ProcessError", code: "cancelled" });
  });
});
