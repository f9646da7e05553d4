import assert from "node:assert/strict";
import { approvalsToJson, renderApprovals, type ApprovalsView } from "../../../src/cli/approvals/approvals-text.ts";
import { renderRevocation, revocationToJson } from "../../../src/cli/revoke/revocation-text.ts";
import { UNPUBLISHED } from "../../../src/cli/publication.ts";
import { newestStatements, type NewestStatement } from "../../../src/delivery/approval/newest-statements.ts";
import { StandingCourt } from "../../../src/delivery/coverage/standing.ts";
import type { SignedStatement } from "../../../src/model/statements/signed-statement.ts";
import {
  BEN,
  baseline,
  CAT,
  gate,
  HOUR,
  requestOf,
  signed,
  T0,
  trust,
  withWithdrawals,
} from "../../delivery/coverage/sample-court.ts";

const NOW = T0 + 3 * HOUR;
const OPTIONS = { nowMs: NOW, all: false };
const first = baseline();

function newestOf(one: SignedStatement, expireAfterSeconds?: number, deployed = false): NewestStatement {
  const rule = gate.approvals === undefined ? undefined : { ...gate.approvals, expireAfterSeconds };
  const statements = new Map(
    deployed ? [...first.applications.keys()].map((name) => [name, first.digest] as const) : [],
  );
  const request = requestOf({
    ...{ statements: [one], gate: { ...gate, approvals: rule } },
    deployed: { gated: true, root: trust.root, statements, nowMs: NOW },
  });
  const court = new StandingCourt(request);
  const { chains, evidence } = request;
  return newestStatements({ chains, evidence, court, rule, nowMs: NOW })[0] ?? assert.fail();
}

function viewOf(newest: NewestStatement): ApprovalsView {
  const candidates = [
    { group: "release-managers", principals: [] },
    { group: "operations", principals: [CAT.principal] },
  ];
  return { stage: "prod", statements: [{ newest, candidates }], broken: [], engineAnswers: true };
}

const render = (one: SignedStatement, expireAfterSeconds?: number) =>
  renderApprovals(viewOf(newestOf(one, expireAfterSeconds)), OPTIONS);

describe("renderApprovals", () => {
  it("says who signed, what is missing, and who could still give it", () => {
    const text = render(signed(first, [{ by: BEN, role: "release-managers" }]));
    assert.match(text, /approvals +1 of 2, from release-managers or operations: 1 missing/);
    assert.match(text, /signed +ben@example\.com \(release-managers\), 2026-11-20T11:00:00Z$/m);
    assert.match(text, /could sign +cat@example\.com \(operations\)/);
  });

  it("names why an approval does not count, and stray withdrawals", () => {
    const text = render(withWithdrawals(signed(first, [{}]), [{}, { fields: { stage: "other" } }]));
    assert.match(text, /cat@example\.com .* does not count: withdrawn by cat@example\.com: second thoughts/);
    assert.match(text, /approvals\/102\.json: it withdraws for the stage other/);
  });

  it("says until when approvals count, or since when no longer", () => {
    assert.match(render(signed(first, [{}]), 3 * 3600), /until 2026-11-20T14:00:00Z/);
    assert.match(render(signed(first), 3600), /expired 2026-11-20T12:00:00Z/);
  });

  it("has one line for what nothing is missing of", () => {
    assert.equal(render(signed(first)).split("\n").length, 1);
    const all = renderApprovals(viewOf(newestOf(signed(first))), { ...OPTIONS, all: true });
    assert.match(all, /approvals +2 of 2/);
  });

  it("lets nothing that somebody wrote steer the terminal", () => {
    const evil = "\u{1b}[2J\u{202e}";
    const one = withWithdrawals(signed(first, [{}]), [{ fields: { reason: evil } }]);
    assert.ok(!render(one).includes("\u{1b}") && !render(one).includes("\u{202e}"));
  });

  it("says the same to programs", () => {
    const json = JSON.stringify(approvalsToJson(viewOf(newestOf(signed(first, [{}])))));
    assert.match(json, /"missing":1/);
    assert.match(json, /"waits":true/);
    assert.match(json, /"counts":true/);
  });
});

describe("renderRevocation", () => {
  const REASON = { reason: "a test", engineAnswers: true };
  const approval = { withdraws: "approval" as const, role: "operations", whenMs: NOW };
  const statement = { withdraws: "statement" as const, role: "release-managers", whenMs: NOW };
  const text = (revocation: typeof approval | typeof statement, deployed = false, engineAnswers = true) =>
    renderRevocation({ newest: newestOf(signed(first), undefined, deployed), revocation, ...REASON, engineAnswers });

  it("says what follows, and whether it is deployed", () => {
    assert.match(text(approval), /Every update of prod is refused until 1 more person approves it/);
    assert.match(text(statement), /until it is stated again on top \(npm run propose -- prod/);
    assert.match(text(statement, true), /what prod was deployed under/);
    assert.match(text(statement), /Nothing was deployed under it/);
    assert.match(text(statement, false, false), /The engine does not say/);
  });

  it("says that enough others approved, where that is so", () => {
    const enough = signed(first, [
      { by: BEN, role: "release-managers" },
      {},
      { by: { ...CAT, principal: "dan@example.com", fingerprint: "SHA256:dan" } },
    ]);
    const shown = renderRevocation({ newest: newestOf(enough), revocation: approval, ...REASON });
    assert.match(shown, /nothing is refused/);
  });

  it("tells programs whether anything was written", () => {
    const shown = { newest: newestOf(signed(first)), revocation: approval, ...REASON };
    const json = (files: readonly string[]) => JSON.stringify(revocationToJson(shown, files, UNPUBLISHED));
    assert.match(json([]), /"written":false/);
    assert.match(json(["approvals/7.json"]), /"written":true/);
  });
});
