import assert from "node:assert/strict";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { groupRestored } from "../../../src/delivery/rollback/restored-statements.ts";
import type { Digest } from "../../../src/model/digest.ts";
import type { Statement } from "../../../src/model/statements/statement.ts";
import { stackFileOf, STACK_FILE, withText } from "../../model/sample-stage.ts";
import { baseline, change, statesOf } from "../coverage/sample-court.ts";

const INFO = STACK_FILE;
const OTHER_HOST = withText("hosts: [portal.example.com]", "hosts: [www.example.com]");
const PORTAL_240 = withText("ehealth/portal:2.3.0", "ehealth/portal:2.4.0");
const first = baseline();
const moved = change("portal", INFO, OTHER_HOST, first);
const promoted = change("portal", OTHER_HOST, PORTAL_240, moved, { kind: "promotion", from: "preprod" });

/** @param to what the stack file is to be */
function group(
  to: string,
  names: readonly string[],
  statements: readonly Statement[],
  revoked: readonly Digest[] = [],
) {
  const file = stackFileOf(to);
  const after = new Map(
    names.flatMap((name) => {
      const [pin, state] = [file.pins.get(name), statesOf(to).get(name)];
      return pin === undefined || state === undefined ? [] : [[name, { pin, state }] as const];
    }),
  );
  const outcome = groupRestored({ stage: "prod", after, chains: chainsOf(statements), revoked: new Set(revoked) });
  if (outcome.kind === "refused") return outcome.refusals.map(({ code }) => code);
  return outcome.value.map(({ restores, applications }) => [
    restores.digest,
    ...[...applications].map(([name, { exact }]) => `${name}: ${exact ? "exact" : "changed"}`),
  ]);
}

describe("the statements that a rollback restores", () => {
  const all = [first, moved, promoted];

  it("are those that left exactly what comes back, whichever have its version", () => {
    assert.deepEqual(group(INFO, ["portal"], all), [[first.digest, "portal: exact"]]);
    assert.deepEqual(group(OTHER_HOST, ["portal"], all), [[moved.digest, "portal: exact"]]);
  });

  it("are the newest with its version where nothing was stated exactly so", () => {
    const text = withText("hosts: [portal.example.com]", "hosts: [third.example.com]");
    assert.deepEqual(group(text, ["portal"], all), [[moved.digest, "portal: changed"]]);
  });

  it("are several where no one statement left them all", () => {
    const both = group(OTHER_HOST, ["portal", "status-page"], all);
    assert.deepEqual(both, [
      [moved.digest, "portal: exact"],
      [first.digest, "status-page: exact"],
    ]);
    assert.deepEqual(group(INFO, ["portal", "status-page"], all), [
      [first.digest, "portal: exact", "status-page: exact"],
    ]);
  });

  it("are none that was revoked, where another one stands", () => {
    assert.deepEqual(group(INFO, ["portal"], all, [first.digest]), [[moved.digest, "portal: changed"]]);
  });

  it("are refused where nothing brought the version, and where the record contradicts itself", () => {
    const never = withText("ehealth/portal:2.3.0", "ehealth/portal:2.2.0");
    assert.deepEqual(group(never, ["portal"], all), ["nothing-to-restore"]);
    assert.deepEqual(group(INFO, ["portal"], []), ["nothing-to-restore"]);
    const rival = change("portal", INFO, PORTAL_240, first);
    assert.deepEqual(group(INFO, ["portal"], [...all, rival]), ["conflicting-statements"]);
  });
});
