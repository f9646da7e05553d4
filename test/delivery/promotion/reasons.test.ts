import assert from "node:assert/strict";
import { attribute, joinReasons, listReasons, NO_REASONS, reasonsOf } from "../../../src/delivery/promotion/reasons.ts";
import type { Refusal } from "../../../src/model/refusal.ts";

function refusal(code: string, path = ""): Refusal {
  return { code, place: { path }, found: "that", expected: "this", action: "do something" };
}

const call = { from: "preprod", to: "prod", names: ["appointments", "patients", "portal"] };

describe("listReasons", () => {
  it("names the others in what is to be done about one of them, and about the whole does not", () => {
    const reasons = { whole: [refusal("whole")], applications: new Map([["patients", [refusal("one")]]]) };
    assert.deepEqual(
      listReasons(reasons, call).map(({ action }) => action),
      ["do something", "do something\nwithout it: npm run promote -- preprod prod appointments portal"],
    );
  });

  it("says the same reason once, and names nobody where there is none left", () => {
    const each = call.names.map((name) => [name, [refusal("stage-wide")]] as const);
    assert.deepEqual(listReasons(reasonsOf(each), call), [refusal("stage-wide")]);
  });

  it("makes no command that nobody could read", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `application-${index}`);
    const [one] = listReasons(reasonsOf([["application-0", [refusal("one")]]]), { ...call, names });
    assert.ok((one?.action.length ?? 0) < 600);
    assert.match(one?.action ?? "", /979 more/);
  });
});

describe("attribute", () => {
  it("puts a reason to the application that its place names", () => {
    const { whole, applications } = attribute(
      [
        refusal("missing-secret", "lockstep:settings.portal.secrets.KEY"),
        refusal("missing-host", "lockstep:settings.portal.hosts"),
        refusal("level", "lockstep:schemaLevels.appointments"),
        refusal("cluster", "lockstep:cluster"),
        refusal("other", "lockstep:settings.port"),
        refusal("not-moved", "lockstep:settings.patients.hosts"),
      ],
      ["portal", "appointments", "port"],
    );
    assert.deepEqual(
      [...applications].map(([name, refusals]) => [name, refusals.map(({ code }) => code)]),
      [
        ["portal", ["missing-secret", "missing-host"]],
        ["appointments", ["level"]],
        ["port", ["other"]],
      ],
    );
    assert.deepEqual(
      whole.map(({ code }) => code),
      ["cluster", "not-moved"],
    );
  });
});

describe("joinReasons", () => {
  it("keeps all of them, by application", () => {
    const joined = joinReasons(NO_REASONS, reasonsOf([["portal", [refusal("a")]]]), {
      whole: [refusal("w")],
      applications: new Map([["portal", [refusal("b")]]]),
    });
    assert.deepEqual(
      joined.applications.get("portal")?.map(({ code }) => code),
      ["a", "b"],
    );
    assert.equal(joined.whole.length, 1);
  });
});
