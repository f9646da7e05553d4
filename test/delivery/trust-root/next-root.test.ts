import assert from "node:assert/strict";
import fc from "fast-check";
import { differenceBetween, isEmpty, nextRoot, refuseOwners } from "../../../src/delivery/trust-root/next-root.ts";
import type { Root, RootOwner } from "../../../src/model/trust/root.ts";
import { codesOf, sampleKey, valueOf } from "../../model/trust/sample-trust.ts";

const owner = (principal: string, seed = principal): RootOwner => ({ principal, key: sampleKey(seed) });
const CONTENT = { files: new Map([["stages.yaml", "aa"]]), rules: new Map([["policy/one.ts", "bb"]]) };
const ROOT: Root = { ...CONTENT, version: 3, owners: [owner("ann"), owner("ben")], threshold: 2 };
const NOTHING = { add: [], remove: [], threshold: undefined };
const names = ({ owners }: Root): readonly string[] => owners.map(({ principal }) => principal);

describe("nextRoot", () => {
  it("is the next version of the same people where only files changed", () => {
    const content = { ...CONTENT, files: new Map([["stages.yaml", "cc"]]) };
    const next = valueOf(nextRoot(ROOT, content, NOTHING));
    assert.deepEqual(next, { ...ROOT, ...content, version: 4 });
  });

  it("adds, removes and replaces owners", () => {
    const changes = { add: [owner("cid"), owner("ann", "another key")], remove: ["ben"], threshold: 1 };
    const next = valueOf(nextRoot(ROOT, CONTENT, changes));
    assert.deepEqual(next.owners, [owner("ann", "another key"), owner("cid")]);
    assert.equal(next.threshold, 1);
  });

  for (const [what, changes, code] of [
    ["the removal of somebody who is no owner", { remove: ["anne"] }, "unknown-owner"],
    ["a threshold above the owners", { threshold: 3 }, "threshold-too-high"],
    ["a removal that leaves the threshold out of reach", { remove: ["ben"] }, "threshold-too-high"],
    ["two owners with one key", { add: [owner("cid", "ann")] }, "duplicate-owner"],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(codesOf(nextRoot(ROOT, CONTENT, { ...NOTHING, ...changes })), [code]);
    });
  }

  it("never makes a root that its owners could not change, nor forgets anybody who was not named", () => {
    const people = ["ann", "ben", "cid", "dan"];
    fc.assert(
      fc.property(
        fc.subarray(people),
        fc.subarray(people),
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        fc.constantFrom("key", "other"),
        (added, remove, threshold, key) => {
          const add = added.map((name) => owner(name, key === "key" ? name : `${name} other`));
          const next = nextRoot(ROOT, CONTENT, { add, remove, threshold });
          if (next.kind === "refused") return;
          const { value } = next;
          assert.ok(value.threshold <= value.owners.length);
          assert.equal(new Set(value.owners.map((one) => one.key.fingerprint)).size, value.owners.length);
          assert.equal(new Set(names(value)).size, value.owners.length);
          for (const name of names(ROOT))
            assert.equal(names(value).includes(name), added.includes(name) || !remove.includes(name));
          assert.equal(value.version, ROOT.version + 1);
        },
      ),
    );
  });
});

describe("refuseOwners", () => {
  it("lets distinct people with a threshold within reach be", () => {
    assert.deepEqual(refuseOwners(ROOT.owners, 2), []);
  });
});

describe("differenceBetween", () => {
  it("is empty between a root and itself, whatever its version", () => {
    assert.ok(isEmpty(differenceBetween(ROOT, { ...ROOT, version: 9 })));
  });

  it("names files and rules that were added, changed or removed, in order", () => {
    const after = { ...ROOT, files: new Map([["stages.yaml", "cc"]]), rules: new Map([["policy/two.ts", "dd"]]) };
    const { files, rules } = differenceBetween(ROOT, after);
    assert.deepEqual(files, [{ name: "stages.yaml", kind: "changed" }]);
    assert.deepEqual(rules, [
      { name: "policy/one.ts", kind: "removed" },
      { name: "policy/two.ts", kind: "added" },
    ]);
  });

  it("shows an owner's other key as one that goes and one that comes", () => {
    const difference = differenceBetween(ROOT, {
      ...ROOT,
      owners: [owner("ann", "other"), owner("ben")],
      threshold: 1,
    });
    assert.deepEqual(difference.ownersRemoved, [owner("ann")]);
    assert.deepEqual(difference.ownersAdded, [owner("ann", "other")]);
    assert.deepEqual(difference.threshold, { before: 2, after: 1 });
    assert.ok(!isEmpty(difference));
  });

  it("is undone by the way back: what one adds, the other removes", () => {
    const files = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"));
    fc.assert(
      fc.property(files, files, (left, right) => {
        const [before, after] = [left, right].map((hashes) => ({ ...ROOT, rules: new Map(Object.entries(hashes)) }));
        assert.ok(before !== undefined && after !== undefined);
        const swapped = { added: "removed", changed: "changed", removed: "added" } as const;
        const there = differenceBetween(before, after).rules;
        const back = differenceBetween(after, before).rules;
        assert.deepEqual(
          there.map(({ name, kind }) => ({ name, kind: swapped[kind] })),
          back,
        );
      }),
    );
  });
});
