import assert from "node:assert/strict";
import { newestStatements } from "../../../src/delivery/approval/newest-statements.ts";
import { StandingCourt } from "../../../src/delivery/coverage/standing.ts";
import { refuseExpiredApprovals } from "../../../src/delivery/deploy-checks/expired-approvals.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import { baseline, BEN, gate, HOUR, requestOf, signed, T0 } from "../coverage/sample-court.ts";

const rule = { ...gate.approvals, count: 2, groups: gate.approvals?.groups ?? [], fourEyes: true };
const first = baseline();

interface Case {
  readonly expireAfterSeconds?: number | undefined;
  readonly nowMs?: number;
  readonly deployed?: boolean;
  readonly one?: SignedStatement;
  readonly restated?: readonly string[];
}

/** Both approvals are of an hour after the statement, and last for a day. */
function codes({
  expireAfterSeconds = 24 * 3600,
  nowMs = T0 + 2 * HOUR,
  deployed = false,
  one,
  restated = [],
}: Case = {}) {
  const request = requestOf({ statements: [one ?? signed(first)] });
  const asked = { ...gate, approvals: { ...rule, expireAfterSeconds } };
  const statements = new Map(deployed ? [...request.chains.keys()].map((name) => [name, first.digest]) : []);
  const known = { gated: true, root: undefined, statements, nowMs };
  const court = new StandingCourt({ ...request, gate: asked, deployed: known });
  const newest = newestStatements({ ...request, court, rule: asked.approvals, nowMs });
  return refuseExpiredApprovals(newest, new Set(restated)).map(({ code }) => code);
}

describe("approvals before a first deployment", () => {
  it("count until they expire", () => {
    assert.deepEqual(codes(), []);
    assert.deepEqual(codes({ nowMs: T0 + 25 * HOUR - 1 }), []);
    assert.deepEqual(codes({ nowMs: T0 + 25 * HOUR }), ["approvals-expired"]);
  });

  it("are not asked for where another statement comes before the deployment, about all that it moved", () => {
    const all = [...first.applications.keys()];
    assert.deepEqual(codes({ nowMs: T0 + 99 * HOUR, restated: all }), []);
    assert.deepEqual(codes({ nowMs: T0 + 99 * HOUR, restated: all.slice(1) }), ["approvals-expired"]);
  });

  it("count for ever once the stage was deployed under them", () => {
    assert.deepEqual(codes({ nowMs: T0 + 9999 * HOUR, deployed: true }), []);
  });

  it("do not expire where the gate says nothing of it", () => {
    const request = requestOf();
    const court = new StandingCourt({ ...request, gate });
    const newest = newestStatements({ ...request, court, rule: gate.approvals, nowMs: T0 + 9999 * HOUR });
    assert.deepEqual(refuseExpiredApprovals(newest), []);
  });

  it("are the program's matter where there never were enough", () => {
    assert.deepEqual(codes({ nowMs: T0 + 99 * HOUR, one: signed(first, [{ by: BEN, role: "release-managers" }]) }), []);
  });
});
