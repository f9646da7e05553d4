import assert from "node:assert/strict";
import { z } from "zod";
import { Clone } from "../clone.ts";
import { succeeded, textOf } from "../outcomes.ts";
import { assertRuns } from "./stack-facts.ts";

const DEPLOY = ["deploy", "inttest", "--yes"];
const reportSchema = z.looseObject({
  failed: z.array(z.looseObject({ name: z.string() })),
  rolledBack: z.looseObject({
    restored: z.array(z.looseObject({ name: z.string() })),
    held: z.array(z.string()),
    stays: z.array(z.looseObject({ code: z.string() })),
  }),
});

describe("an update that brings two bad versions, one of them the first of its application", () => {
  let clone: Clone;

  before(async () => {
    clone = await Clone.make();
    for (const name of ["appointments", "portal"]) await clone.settings(name, { enabled: false });
    await clone.pinned("patients", "3.0.1");
    await clone.commit();
    succeeded(await clone.lockstep(DEPLOY, { timeoutMs: 240_000 }));
  });
  after(() => clone.remove());

  it("goes back where it can: what has nothing to go back to stays, and stops nobody else", async () => {
    await clone.pinned("patients", "3.1.1-never-ready");
    await clone.pinned("appointments", "1.4.3-never-ready");
    await clone.settings("appointments", { enabled: true, timeout: "20s" });
    await clone.settings("patients", { timeout: "20s" });
    await clone.commit();
    const result = await clone.lockstep([...DEPLOY, "--json"], { timeoutMs: 300_000 });
    assert.equal(result.exitCode, 1, textOf(result));
    const { failed, rolledBack } = reportSchema.parse(JSON.parse(result.stdout));
    const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).toSorted();
    assert.deepEqual(names(failed), ["appointments", "patients"]);
    assert.deepEqual(names(rolledBack.restored), ["patients"]);
    assert.deepEqual(rolledBack.held.toSorted(), ["appointments", "patients"]);
    const codes = rolledBack.stays.map(({ code }) => code);
    assert.ok(codes.includes("no-version-before") && !codes.some((code) => code.startsWith("held")), codes.join());
    await assertRuns(clone, "patients", "3.0.1");
  });
});
