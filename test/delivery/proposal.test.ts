import assert from "node:assert/strict";
import { planProposal, type ProposalRequest } from "../../src/delivery/proposal.ts";
import { catalogue, STACK_FILE, withText } from "../model/sample-stage.ts";
import { codesOf, valueOf } from "../model/trust/sample-trust.ts";
import { first, recordOf, WARN } from "./approval/sample-record.ts";
import { ADA, change, prod, signed, statesOf, withWithdrawals } from "./coverage/sample-court.ts";

describe("planProposal", () => {
  const propose = (text: string, more: Partial<ProposalRequest> = {}, one = signed(first)) => {
    const { court, chains } = recordOf([one]);
    return planProposal({
      ...{
        definition: prod,
        desired: statesOf(text),
        chains,
        refuse: (statement) => court.refuse(statement),
        names: [],
      },
      ...{ known: [...catalogue.keys()], placeOf: (name: string) => ({ path: name }), ...more },
    });
  };
  const namesOf = (outcome: ReturnType<typeof propose>) => [...valueOf(outcome).keys()];

  it("has nothing where all of it was stated, approved or not", () => {
    assert.deepEqual(namesOf(propose(STACK_FILE)), []);
    assert.deepEqual(namesOf(propose(STACK_FILE, {}, signed(first, []))), []);
  });

  it("has what two people stated alike, to settle which of it counts", () => {
    const [one, echo] = [
      change("portal", STACK_FILE, STACK_FILE),
      change("portal", STACK_FILE, STACK_FILE, first, { reason: "other" }),
    ];
    const { court, chains } = recordOf([first, one, echo].map((each) => signed(each)));
    const refuse: ProposalRequest["refuse"] = (statement) => court.refuse(statement);
    assert.deepEqual(namesOf(propose(STACK_FILE, { chains, refuse })), ["portal"]);
  });

  it("has settings that changed, and applications that went", () => {
    assert.deepEqual(namesOf(propose(WARN)), ["appointments"]);
    const gone = new Map([...statesOf()].filter(([name]) => name !== "portal"));
    const outcome = propose(STACK_FILE, { desired: gone });
    assert.deepEqual([...valueOf(outcome)], [["portal", undefined]]);
  });

  it("has no versions: they are promoted, and the others can be named", () => {
    const both = withText("ehealth/portal:2.3.0", "ehealth/portal:2.4.0", WARN);
    assert.deepEqual(codesOf(propose(both)), ["change-moves-pin"]);
    assert.deepEqual(namesOf(propose(both, { names: ["appointments"] })), ["appointments"]);
    const { court } = recordOf([signed(first)]);
    const refuse: ProposalRequest["refuse"] = (statement) => court.refuse(statement);
    assert.deepEqual(codesOf(propose(STACK_FILE, { chains: new Map(), refuse })), ["change-moves-pin"]);
    const fed = { ...prod, from: "registry" as const, routes: [] };
    assert.deepEqual(namesOf(propose(both, { definition: fed })), ["appointments", "portal"]);
  });

  it("states again what was taken back, where nothing else stands against it", () => {
    const withdrawn = { by: ADA, fields: { withdraws: "statement" as const, role: "release-managers" } };
    const one = withWithdrawals(signed(first, []), [withdrawn]);
    assert.deepEqual(namesOf(propose(STACK_FILE, {}, one)), ["appointments", "portal", "status-page"]);
    const forged = { ...one, promoter: { kind: "invalid" as const, reason: "forged" } };
    assert.deepEqual(codesOf(propose(STACK_FILE, {}, forged)), ["not-signed-by-promoter"]);
  });

  it("refuses names that it does not know, and those that are not in the stage", () => {
    assert.deepEqual(codesOf(propose(STACK_FILE, { names: ["portall"] })), ["unknown-application"]);
    assert.deepEqual(codesOf(propose(STACK_FILE, { names: ["other"], known: ["other"] })), ["not-in-stage"]);
  });
});
