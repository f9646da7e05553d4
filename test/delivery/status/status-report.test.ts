import assert from "node:assert/strict";
import { decideCoverage } from "../../../src/delivery/coverage/coverage.ts";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { approvalsOf, type StageCoverage } from "../../../src/delivery/status/coverage-state.ts";
import { toStageFacts, type StageFactsRequest } from "../../../src/delivery/status/stage-facts.ts";
import {
  toStatusReport,
  withClusterHolds,
  type Cell,
  type StageRead,
} from "../../../src/delivery/status/status-report.ts";
import type { DeployedStage } from "../../../src/model/deployed-stage.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import { baseline, BEN, gate, HOUR, prod, requestOf, signed, statesOf, T0, trust } from "../coverage/sample-court.ts";
import { DIGEST, inttest, STACK_FILE, stackFileOf, withText } from "../../model/sample-stage.ts";

const NOW = T0 + 48 * HOUR;
const NAMES = ["appointments", "portal", "status-page"];
const preprod = { ...inttest, name: "preprod" };
const NEWER = withText(`portal:2.3.0@${DIGEST}`, `portal:2.4.0@sha256:${"f".repeat(64)}`);

function source(text = STACK_FILE, definition = preprod): StageRead {
  return read({ definition, stackFile: stackFileOf(text), chains: new Map(), coverage: { kind: "no-gate" } });
}

function target(parts: Partial<StageFactsRequest> = {}, statement: SignedStatement = signed(baseline())): StageRead {
  const request = requestOf({ statements: [statement] });
  const coverage = decideCoverage(request);
  const approvals = approvalsOf(statement, gate, trust);
  assert.ok(approvals !== undefined);
  const judged: StageCoverage = {
    ...{ kind: "judged", against: coverage.stage, coverage },
    approvals: new Map(NAMES.map((name) => [name, approvals])),
  };
  return read({ coverage: judged, chains: request.chains, ...parts });
}

function read(parts: Partial<StageFactsRequest>): StageRead {
  const facts = toStageFacts({
    ...{ definition: prod, stackFile: stackFileOf(STACK_FILE), names: NAMES, chains: new Map(), nowMs: NOW },
    ...{ coverage: { kind: "no-gate" }, deployed: undefined },
    desired: new Map([...statesOf()].map(([name, { digest }]) => [name, digest])),
    ...parts,
  });
  return { kind: "read", facts, notes: [] };
}

function report(...stages: readonly StageRead[]) {
  const facts = new Map(stages.flatMap((one) => (one.kind === "read" ? [[one.facts.definition.name, one.facts]] : [])));
  return toStatusReport({ stages, facts, names: NAMES, verified: false, nowMs: NOW });
}

function cellOf(name: string, ...stages: readonly StageRead[]): Cell {
  const cell = report(...stages)
    .applications.find((row) => row.name === name)
    ?.cells.at(-1);
  assert.ok(cell !== undefined);
  return cell;
}

function deployedAs(
  changes: Partial<DeployedStage["applications"] extends ReadonlyMap<string, infer One> ? One : never>,
) {
  const pin = stackFileOf(STACK_FILE).pins.get("portal");
  assert.ok(pin !== undefined);
  const found = {
    image: `registry.example.com/ehealth/portal:2.3.0@${DIGEST}`,
    chart: `oci://registry.example.com/charts/web-service:2.1.0@${DIGEST}`,
    ...{ namespace: "x", statement: undefined, desired: statesOf().get("portal")?.digest, sinceMs: 0, workloads: [] },
  };
  const applications = new Map([["portal", { ...found, ...changes }]]);
  const deployed: DeployedStage = {
    stage: "prod",
    clusterUid: undefined,
    root: undefined,
    applications,
    statements: new Map(),
  };
  return target({ deployed });
}

describe("the report of applications and stages", () => {
  it("says that an application is covered, level with its source, and since when it is pinned", () => {
    const cell = cellOf("portal", source(), target());
    assert.equal(cell.state, "pinned");
    assert.equal(cell.coverage.kind, "covered");
    assert.deepEqual(cell.behind, { stage: "preprod", behind: { kind: "versions", count: 0 } });
    assert.deepEqual(cell.age, { since: "pinned", ms: 48 * HOUR });
    assert.deepEqual(cell.holds, []);
  });

  it("takes the age from the image where it says when it was made", () => {
    const text = withText(
      "    portal:\n      image",
      `    portal:\n      created: "2026-11-21T10:00:00Z"\n      image`,
    );
    const cell = cellOf("portal", source(), target({ stackFile: stackFileOf(text) }));
    assert.deepEqual(cell.age, { since: "created", ms: 24 * HOUR });
  });

  it("says at least one behind where the source keeps no statements", () => {
    assert.deepEqual(cellOf("portal", source(NEWER), target()).behind?.behind, { kind: "at-least-one" });
    assert.deepEqual(cellOf("appointments", source(NEWER), target()).behind?.behind, { kind: "versions", count: 0 });
  });

  it("says nothing of the distance to a source that could not be read", () => {
    const unreadable: StageRead = { kind: "refused", definition: preprod, refusals: [] };
    const cell = cellOf("portal", unreadable, target());
    assert.equal(cell.behind, undefined);
    assert.equal(cell.coverage.kind, "covered");
  });

  it("counts the approvals that are missing", () => {
    const cell = cellOf("portal", source(), target({}, signed(baseline(), [{ by: BEN, role: "release-managers" }])));
    assert.ok(cell.coverage.kind === "waiting");
    assert.deepEqual(cell.coverage.approvals, { given: 1, needed: 2 });
  });

  it("says not covered where something else than approvals is missing too", () => {
    const request = requestOf({ statements: [signed(baseline(), [])], text: NEWER });
    const coverage = decideCoverage(request);
    const approvals = new Map([["portal", { given: 0, needed: 2 }]]);
    const stage = read({
      coverage: { kind: "judged", against: [], coverage, approvals },
      stackFile: stackFileOf(NEWER),
    });
    const { coverage: found } = cellOf("portal", source(), stage);
    assert.ok(found.kind === "not-covered");
    assert.deepEqual(found.reasons.map(({ code }) => code).toSorted(), ["not-approved", "not-covered"]);
  });

  it("covers nothing of a stage that is refused as a whole", () => {
    const cell = cellOf("portal", source(), target({ coverage: { kind: "refused", against: [] } }));
    assert.deepEqual(cell.coverage, { kind: "not-covered", reasons: [] });
  });

  it("tells what is disabled and what is not pinned from what runs", () => {
    const disabled = withText(
      "      hosts: [portal.example.com]",
      "      hosts: [portal.example.com]\n      enabled: false",
    );
    assert.equal(cellOf("portal", source(), target({ stackFile: stackFileOf(disabled) })).state, "disabled");
    const empty = stackFileOf("config: {}");
    const cell = cellOf("portal", source(), target({ stackFile: empty }));
    assert.deepEqual(
      [cell.state, cell.pin, cell.behind, cell.coverage.kind],
      ["not pinned", undefined, undefined, "not-running"],
    );
  });

  it("shows holds of the stage above it, those of an application in its cell, and ended ones nowhere", () => {
    const holds = `  lockstep:holds:
    "*": { reason: freeze }
    portal: { reason: broken }
    appointments: { reason: over, until: "2026-11-21T10:00:00Z" }
`;
    const stage = target({ stackFile: stackFileOf(`${STACK_FILE}${holds}`) });
    assert.deepEqual(
      report(stage).stages[0]?.holds.map(({ reason }) => reason),
      ["freeze"],
    );
    assert.deepEqual(
      cellOf("portal", stage).holds.map(({ reason }) => reason),
      ["broken"],
    );
    assert.deepEqual(cellOf("appointments", stage).holds, []);
  });

  it("shows what the cluster remembers in the cell of its application, and changes nothing else", () => {
    const placed = {
      ...{ application: "portal", image: digestOf("crashed"), reference: "r.example.com/portal:1" },
      ...{ reason: "crashed", by: "deploy", sinceMs: 0 },
    };
    const stage = target();
    const held = withClusterHolds(stage, [placed, { ...placed, application: "gone" }]);
    assert.deepEqual(cellOf("portal", held).clusterHolds, [placed]);
    assert.deepEqual({ ...cellOf("portal", held), clusterHolds: [] }, cellOf("portal", stage));
    assert.deepEqual(cellOf("appointments", held).clusterHolds, []);
  });

  it("marks what is pinned and not deployed", () => {
    assert.deepEqual(cellOf("portal", deployedAs({})).deployed, { kind: "as-pinned", version: "2.3.0" });
    const image = `registry.example.com/ehealth/portal:2.2.0@${DIGEST}`;
    assert.deepEqual(cellOf("portal", deployedAs({ image })).deployed, { kind: "other-version", version: "2.2.0" });
    const desired = statesOf().get("appointments")?.digest;
    assert.equal(cellOf("portal", deployedAs({ desired })).deployed?.kind, "other-settings");
    assert.equal(cellOf("appointments", deployedAs({})).deployed?.kind, "absent");
    assert.equal(cellOf("portal", target()).deployed, undefined);
  });

  it("knows nothing of a stage that could not be read, and shows the others", () => {
    const refusals = [{ code: "invalid-value", place: {}, found: "", expected: "", action: "" }];
    const unreadable: StageRead = { kind: "refused", definition: prod, refusals };
    const { stages, applications } = report(source(), unreadable);
    assert.deepEqual(
      stages.map((stage) => stage.refusals.length),
      [0, 1],
    );
    assert.deepEqual(
      applications[1]?.cells.map(({ state }) => state),
      ["pinned", "unknown"],
    );
  });

  it("leaves the chains of statements behind", () => {
    const { chains } = requestOf();
    assert.ok(chains.size > 0 && chainsOf([]).size === 0);
    assert.doesNotMatch(JSON.stringify(target()), /"transition"|"predicate"/);
  });
});
