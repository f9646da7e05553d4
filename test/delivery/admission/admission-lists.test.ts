import assert from "node:assert/strict";
import fc from "fast-check";
import { admissionLists, type AdmissionSources } from "../../../src/delivery/admission/admission-lists.ts";
import { digestOf, type Digest } from "../../../src/model/digest.ts";
import type { Adoption } from "../../../src/model/trust/adopted.ts";
import { DIGEST, stageOf, STACK_FILE } from "../../model/sample-stage.ts";

const BEFORE = digestOf("before");
const THIRD_PARTY = digestOf("third party");
const HERE = "ehealth-inttest";
const ELSEWHERE = "platform-inttest";

const adoption: Adoption = {
  kind: "image",
  name: "docker.example.com/redis",
  digest: THIRD_PARTY,
  owner: "platform",
  reason: "cache",
  stages: ["inttest"],
};
const baseline: AdmissionSources = {
  stage: stageOf(STACK_FILE),
  previous: new Map([["appointments", `registry.example.com/ehealth/appointments:1.4.1@${BEFORE}`]]),
  departed: [],
  adopted: [adoption],
  revoked: [],
};

function listed(change: Partial<AdmissionSources>, namespace = HERE): ReadonlyMap<Digest, string> {
  const found = admissionLists({ ...baseline, ...change }).find((list) => list.namespace === namespace);
  assert.ok(found !== undefined);
  return found.digests;
}

describe("admissionLists", () => {
  it("lists what is pinned, what ran before and what is adopted, each with its name", () => {
    assert.deepEqual(
      listed({}),
      new Map([
        [DIGEST, "registry.example.com/ehealth/appointments:1.4.2"],
        [BEFORE, "registry.example.com/ehealth/appointments:1.4.1"],
        [THIRD_PARTY, "docker.example.com/redis"],
      ]),
    );
  });

  it("lists an application's images in its own namespace only", () => {
    assert.equal(listed({}, ELSEWHERE).has(BEFORE), false);
    assert.equal(
      listed({}, ELSEWHERE)
        .get(DIGEST as Digest)
        ?.includes("appointments"),
      false,
    );
  });

  it("lists in every namespace what is adopted for the stage or for all, and no chart, and nothing of other stages", () => {
    assert.ok(listed({}, ELSEWHERE).has(THIRD_PARTY));
    assert.ok(listed({ adopted: [{ ...adoption, stages: ["*"] }] }).has(THIRD_PARTY));
    for (const other of [{ stages: ["prod"] }, { kind: "chart" as const }]) {
      assert.equal(listed({ adopted: [{ ...adoption, ...other }] }).has(THIRD_PARTY), false);
    }
  });

  it("lists what left a namespace there and nowhere else", () => {
    const gone = digestOf("gone");
    const departed = [{ namespace: HERE, image: `registry.example.com/ehealth/gone:1@${gone}` }];
    assert.equal(listed({ departed }).get(gone), "registry.example.com/ehealth/gone:1");
    assert.equal(listed({ departed }, ELSEWHERE).has(gone), false);
  });

  it("lists nothing that is revoked, unless it is pinned", () => {
    const revoked = [DIGEST as Digest, BEFORE, THIRD_PARTY].map((digest) => ({ digest, reason: "a flaw" }));
    assert.deepEqual([...listed({ revoked }).keys()], [DIGEST]);
  });

  it("takes no image for one that has no digest or cannot be read", () => {
    const previous = new Map([["appointments", "registry.example.com/ehealth/appointments:1.4.1"]]);
    const departed = [{ namespace: HERE, image: "" }];
    assert.deepEqual([...listed({ previous, departed, adopted: [] }).keys()], [DIGEST]);
  });

  it("does not depend on the order of its sources", () => {
    const adopted = ["a", "b", "a"].map((name, index) => ({ ...adoption, name, digest: digestOf(`${index % 2}`) }));
    fc.assert(
      fc.property(fc.shuffledSubarray(adopted, { minLength: adopted.length }), (shuffled) => {
        assert.deepEqual([...listed({ adopted: shuffled })], [...listed({ adopted })]);
      }),
    );
  });
});
