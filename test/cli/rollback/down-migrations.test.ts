import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { removeDownMigrations } from "../../../src/cli/rollback/down-migrations.ts";
import type { MigrationJob } from "../../../src/model/migration-job.ts";
import { withFake } from "../../adapters/fake-program.ts";
import { inTemporaryFolder } from "../../adapters/temporary-folder.ts";

function jobOf(name: string, parts: Partial<MigrationJob> = {}): MigrationJob {
  return {
    ...{ application: "appointments", namespace: "ehealth", name, uid: name, image: "r.example.com/appointments:1" },
    ...{ direction: "down", fromLevel: 15, toLevel: 14, state: "succeeded", reason: undefined },
    ...{ command: ["migrate", "down"], undoes: undefined, afterUpdate: undefined, ...parts },
  };
}

const jobs = [
  jobOf("earlier"),
  jobOf("running", { state: "running" }),
  jobOf("failed", { state: "failed" }),
  jobOf("up", { direction: "up" }),
  jobOf("of-another", { application: "portal" }),
];

/** The Jobs that were asked to be deleted. */
async function removed(back: readonly string[], done: readonly string[]): Promise<readonly string[]> {
  return inTemporaryFolder(async (folder) => {
    const asked = join(folder, "asked");
    await withFake("kubectl", `echo "$@" >> '${asked}'`, async () => {
      const access = { context: "test", place: {}, signal: new AbortController().signal };
      const own = done.map((job) => ({ job, namespace: "ehealth" }));
      await removeDownMigrations({ access, jobs }, back, own);
    });
    const text = await readFile(asked, "utf8");
    return [...text.matchAll(/job\.batch (\S+)/g)].flatMap(([, name]) => name ?? []).toSorted();
  });
}

describe("the Jobs of down migrations, after the deploy of their rollback", () => {
  it("go once each, with what a killed run had brought to its end", async () => {
    assert.deepEqual(await removed(["appointments"], ["earlier", "own"]), ["earlier", "own"]);
    assert.deepEqual(await removed(["appointments"], []), ["earlier"]);
  });

  it("stay of applications that did not go back: nothing else tells where their databases are", async () => {
    assert.deepEqual(await removed(["appointments", "portal"], []), ["earlier", "of-another"]);
    assert.deepEqual(await removed([], ["own"]), ["own"]);
  });

  it("that cannot be removed are named, and the rollback is not said to have failed for it", async () => {
    const access = { context: "test", place: {}, signal: new AbortController().signal };
    const left = await withFake("kubectl", "echo 'no route to host' >&2; exit 1", () =>
      removeDownMigrations({ access, jobs }, ["appointments"], []),
    );
    assert.equal(left.length, 1);
    assert.match(left[0]?.action ?? "", /the rollback is deployed.*ehealth\/earlier/);
  });
});
