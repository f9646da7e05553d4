import assert from "node:assert/strict";
import fc from "fast-check";
import {
  planHold,
  planResume,
  planSingleVersionHold,
  planVersionHold,
  planVersionResume,
} from "../../src/delivery/hold-plan.ts";
import { digestOf, type Digest } from "../../src/model/digest.ts";
import type { Hold } from "../../src/model/stack-file.ts";
import { heldImages } from "../../src/model/holds.ts";
import { editYaml } from "../../src/model/yaml-edit.ts";
import { codes, refusalsOf, sourceOf, STACK_FILE, stackFileOf } from "../model/sample-stage.ts";

const BROKEN: Hold = { reason: "broken", by: "anna@example.com", until: "2026-11-20T10:11:12Z" };
const HELD = `${STACK_FILE}  lockstep:holds:
    # By hand.
    "*": { reason: audit } # of the year
    portal:
      reason: broken
      by: anna@example.com
      until: "2026-11-20T10:11:12Z"
`;

function hold(applications: readonly string[], words: Hold, text = STACK_FILE) {
  const plan = planHold({ stage: "inttest", applications, stackFile: stackFileOf(text), hold: words });
  return { plan, text: editYaml(sourceOf(text), plan.changes) };
}

function resume(applications: readonly string[], text: string) {
  const plan = planResume({ stage: "inttest", applications, stackFile: stackFileOf(text) });
  assert.ok(plan.kind === "accepted", JSON.stringify(plan));
  return { plan: plan.value, text: editYaml(sourceOf(text), plan.value.changes) };
}

describe("planHold", () => {
  it("holds applications, each once, with the same words", () => {
    const { text } = hold(["portal", "appointments", "portal"], BROKEN);
    assert.deepEqual(refusalsOf(text), []);
    assert.deepEqual(Object.fromEntries(stackFileOf(text).holds), { portal: BROKEN, appointments: BROKEN });
    assert.deepEqual(
      STACK_FILE.split("\n").filter((line) => !text.split("\n").includes(line)),
      [],
    );
  });

  it("holds the whole stage where no application is named", () => {
    const { text } = hold([], { reason: "audit" });
    assert.deepEqual(refusalsOf(text), []);
    assert.deepEqual(Object.fromEntries(stackFileOf(text).holds), { "*": { reason: "audit" } });
  });

  it("changes nothing where it is held with the very same words", () => {
    const { plan, text } = hold(["portal"], BROKEN, HELD);
    assert.deepEqual(plan.changes, []);
    assert.equal(text, HELD);
    assert.deepEqual(plan.holds, [{ on: "portal", before: BROKEN, after: BROKEN }]);
    assert.deepEqual([...plan.others.keys()], ["*"]);
  });

  for (const [what, words] of Object.entries({
    reason: { ...BROKEN, reason: "late" },
    person: { ...BROKEN, by: "ben@example.com" },
    end: { reason: "broken", by: "anna@example.com" },
  })) {
    it(`writes another ${what} over it, and nothing else`, () => {
      const { plan, text } = hold(["portal"], words, HELD);
      assert.deepEqual(plan.holds, [{ on: "portal", before: BROKEN, after: words }]);
      assert.deepEqual(Object.fromEntries(stackFileOf(text).holds), { "*": { reason: "audit" }, portal: words });
      assert.ok(text.includes('    # By hand.\n    "*": { reason: audit } # of the year\n'));
    });
  }
});

describe("planResume", () => {
  it("ends a hold and leaves the others", () => {
    const { plan, text } = resume(["portal"], HELD);
    assert.deepEqual(Object.fromEntries(stackFileOf(text).holds), { "*": { reason: "audit" } });
    assert.deepEqual([...plan.others.keys()], ["*"]);
    assert.deepEqual(plan.holds, [{ on: "portal", before: BROKEN, after: undefined }]);
  });

  it("ends the hold of the stage where no application is named, and no application's", () => {
    assert.deepEqual(Object.fromEntries(stackFileOf(resume([], HELD).text).holds), { portal: BROKEN });
  });

  it("takes back what a hold did", () => {
    const { text } = hold(["portal"], BROKEN);
    assert.deepEqual([...stackFileOf(resume(["portal"], text).text).holds], []);
  });

  it("refuses all that is not held at once, with what is, and the nearest name", () => {
    const stackFile = stackFileOf(HELD);
    const plan = planResume({ stage: "inttest", applications: ["portal", "protal", "appointments"], stackFile });
    assert.ok(plan.kind === "refused");
    assert.deepEqual(codes(plan.refusals), ["not-held", "not-held"]);
    assert.match(plan.refusals[0]?.found ?? "", /"portal"/);
    assert.match(plan.refusals[1]?.action ?? "", /npm run resume -- inttest, or npm run resume -- inttest portal/);
  });

  it("refuses the stage where only applications are held", () => {
    const stackFile = stackFileOf(hold(["portal"], BROKEN).text);
    const plan = planResume({ stage: "inttest", applications: [], stackFile });
    assert.ok(plan.kind === "refused");
    assert.deepEqual(codes(plan.refusals), ["not-held"]);
  });
});

describe("planVersionHold", () => {
  const [first, second] = [digestOf("first"), digestOf("second")];
  const CRASHED = { reason: "crashed", by: "deployer@example.com" };
  const NOW = Date.parse("2026-11-20T10:00:00Z");
  const holdVersion = (image: Digest, text: string, application = "portal") => {
    const request = { stage: "inttest", application, stackFile: stackFileOf(text), hold: CRASHED, image, nowMs: NOW };
    return editYaml(sourceOf(text), planVersionHold(request).changes);
  };
  const holdOf = (text: string) => stackFileOf(text).holds.get("portal");

  it("holds one version, and a second beside it", () => {
    const once = holdVersion(first, STACK_FILE);
    assert.deepEqual(refusalsOf(once), []);
    assert.deepEqual(holdOf(once), { ...CRASHED, image: first });
    const twice = holdVersion(second, once);
    assert.deepEqual(refusalsOf(twice), []);
    assert.deepEqual(holdOf(twice), { ...CRASHED, image: [first, second] });
  });

  it("changes nothing where the version is held already", () => {
    const once = holdVersion(first, STACK_FILE);
    assert.equal(holdVersion(first, once), once);
  });

  it("leaves a hold of every version as it is, until that has ended", () => {
    const until = (end: string) => HELD.replace("2026-11-20T10:11:12Z", end);
    assert.equal(holdVersion(first, until("2026-11-20T10:00:01Z")), until("2026-11-20T10:00:01Z"));
    assert.deepEqual(holdOf(holdVersion(first, until("2026-11-20T10:00:00Z"))), { ...CRASHED, image: first });
  });

  it("lasts until somebody resumes, also where the version was held until a time", () => {
    const timed = `${STACK_FILE}  lockstep:holds: { portal: { reason: slow, until: "2026-11-20T11:00:00Z", image: "${first}" } }\n`;
    assert.deepEqual(holdOf(holdVersion(first, timed)), { ...CRASHED, image: first });
  });
});

describe("planResume with holds in the cluster", () => {
  const placed = {
    ...{ application: "portal", image: digestOf("x"), reference: "r.example.com/portal:1" },
    ...{ reason: "crashed", by: "deployer@example.com", sinceMs: 0 },
  };
  const planned = (applications: readonly string[], text = STACK_FILE) =>
    planResume({ stage: "inttest", applications, stackFile: stackFileOf(text), inCluster: [placed] });

  it("ends what the cluster alone holds, and what both hold", () => {
    for (const [text, changes] of [
      [STACK_FILE, 0],
      [HELD, 1],
    ] as const) {
      const plan = planned(["portal"], text);
      assert.ok(plan.kind === "accepted", JSON.stringify(plan));
      assert.deepEqual(plan.value.inCluster, [placed]);
      assert.equal(plan.value.changes.length, changes);
    }
  });

  it("leaves those of other applications, and all of them where the stage is meant", () => {
    assert.equal(planned(["appointments"]).kind, "refused");
    const whole = planned([], HELD);
    assert.ok(whole.kind === "accepted");
    assert.deepEqual(whole.value.inCluster, []);
  });
});

describe("one version, held by hand", () => {
  const [first, second, third] = [digestOf("first"), digestOf("second"), digestOf("third")];
  const NOW = Date.parse("2026-11-20T10:00:00Z");
  const END = "2026-11-21T10:00:00Z";
  const WORDS: Hold = { reason: "loses sessions", by: "anna@example.com" };
  const plan = (text: string, image = first, hold: Hold = WORDS) =>
    planSingleVersionHold({
      ...{ stage: "inttest", application: "portal", stackFile: stackFileOf(text) },
      ...{ hold, image, nowMs: NOW },
    });
  const holdVersion = (text: string, image = first, hold: Hold = WORDS): string => {
    const planned = plan(text, image, hold);
    assert.ok(planned.kind === "accepted", JSON.stringify(planned));
    return editYaml(sourceOf(text), planned.value.changes);
  };
  const resumeVersion = (text: string, image: Digest) =>
    planVersionResume({ stage: "inttest", application: "portal", stackFile: stackFileOf(text), image });
  const freed = (text: string, image: Digest): string => {
    const planned = resumeVersion(text, image);
    assert.ok(planned.kind === "accepted", JSON.stringify(planned));
    return editYaml(sourceOf(text), planned.value.changes);
  };
  const holdOf = (text: string) => stackFileOf(text).holds.get("portal");

  it("is written with its end, and a second beside it with the same", () => {
    const once = holdVersion(STACK_FILE, first, { ...WORDS, until: END });
    assert.deepEqual(refusalsOf(once), []);
    assert.deepEqual(holdOf(once), { ...WORDS, until: END, image: first });
    const twice = holdVersion(once, second, { ...WORDS, until: END });
    assert.deepEqual(holdOf(twice), { ...WORDS, until: END, image: [first, second] });
  });

  it("changes nothing where it is held with the very same words, alone or beside others", () => {
    const once = holdVersion(STACK_FILE);
    assert.equal(holdVersion(once), once);
    const twice = holdVersion(once, second);
    assert.equal(holdVersion(twice, first), twice);
    const listed =
      STACK_FILE + "  lockstep:holds: { portal: { reason: loses sessions, by: anna@example.com, image: [IMAGE] } }\n";
    const list = listed.replace("IMAGE", `"${first}"`);
    assert.equal(holdVersion(list), list);
  });

  it("gives another version that is held already no other end", () => {
    const endless = holdVersion(STACK_FILE, second);
    const refusals = plan(endless, first, { ...WORDS, until: END });
    assert.ok(refusals.kind === "refused");
    assert.deepEqual(codes(refusals.refusals), ["held-with-another-end"]);
    const timed = holdVersion(STACK_FILE, second, { ...WORDS, until: END });
    assert.equal(plan(timed).kind, "refused");
    // Its own may be changed, and one that has ended says nothing any more.
    assert.deepEqual(holdOf(holdVersion(endless, second, { ...WORDS, until: END })), {
      ...{ ...WORDS, until: END, image: second },
    });
    const ended = timed.replace(END, "2026-11-20T09:00:00Z");
    assert.deepEqual(holdOf(holdVersion(ended)), { ...WORDS, image: first });
  });

  it("is refused under a hold of every version: what that says would be lost", () => {
    const refusals = plan(HELD);
    assert.ok(refusals.kind === "refused");
    assert.deepEqual(codes(refusals.refusals), ["held-as-a-whole"]);
  });

  it("is let go alone, the last one with the hold", () => {
    const held = holdVersion(holdVersion(holdVersion(STACK_FILE), second), third);
    const two = freed(held, second);
    assert.deepEqual(holdOf(two), { ...WORDS, image: [first, third] });
    const one = freed(two, first);
    assert.deepEqual(holdOf(one), { ...WORDS, image: third });
    assert.equal(holdOf(freed(one, third)), undefined);
  });

  it("is not let go where it is not held, or where every version is", () => {
    for (const text of [STACK_FILE, HELD, holdVersion(STACK_FILE, second)]) {
      const planned = resumeVersion(text, first);
      assert.ok(planned.kind === "refused", text);
      assert.deepEqual(codes(planned.refusals), ["not-held"]);
    }
  });

  it("is let go in the cluster as well, and what the file says of others stays", () => {
    const placed = {
      ...{ application: "portal", reference: "r.example.com/portal:1" },
      ...{ reason: "crashed", by: "deployer@example.com", sinceMs: 0 },
    };
    const inCluster = [
      { ...placed, image: first },
      { ...placed, image: second },
      { ...placed, image: first, application: "appointments" },
    ];
    for (const text of [STACK_FILE, HELD, holdVersion(STACK_FILE, second)]) {
      const stackFile = stackFileOf(text);
      const planned = planVersionResume({
        stage: "inttest",
        application: "portal",
        stackFile,
        image: first,
        inCluster,
      });
      assert.ok(planned.kind === "accepted", JSON.stringify(planned));
      assert.deepEqual(planned.value.inCluster, [{ ...placed, image: first }]);
      assert.equal(planned.value.version, first);
      assert.deepEqual(planned.value.changes, []);
    }
  });

  it("is taken back by letting it go, whatever else is held", () => {
    const images = fc.uniqueArray(fc.constantFrom(...["a", "b", "c", "d"].map((name) => digestOf(name))), {
      minLength: 1,
    });
    fc.assert(
      fc.property(images, (all) => {
        const held = all.reduce((text, image) => holdVersion(text, image), STACK_FILE);
        const hold = holdOf(held);
        assert.ok(hold !== undefined);
        assert.deepEqual(heldImages(hold), all);
        const more = digestOf("more");
        assert.deepEqual(holdOf(freed(holdVersion(held, more), more)), hold);
      }),
      { numRuns: 15 },
    );
  });
});
