import assert from "node:assert/strict";
import fc from "fast-check";
import { changesBetween } from "../../src/delivery/state-changes.ts";
import { valueDifferencesOf } from "../../src/delivery/coverage/differences.ts";
import type { Json, JsonObject } from "../../src/model/json.ts";
import { canonicalJson } from "../../src/model/statements/canonical-json.ts";
import { HEX, STACK_FILE, withText } from "../model/sample-stage.ts";
import { statesOf } from "./coverage/sample-court.ts";

const stateOf = (text = STACK_FILE): JsonObject => statesOf(text).get("appointments")?.state ?? assert.fail();
const STATE = stateOf();
const changed = (from: string, to: string) => changesBetween("appointments", STATE, stateOf(withText(from, to)));
const shown = (from: string, to: string) =>
  changed(from, to)
    .filter(({ follows }) => !follows)
    .map(({ path }) => path.replace(/^lockstep:\w+\.appointments\.?/, ""));

describe("changesBetween", () => {
  it("finds none between equal states", () => {
    assert.deepEqual(changesBetween("appointments", STATE, stateOf()), []);
  });

  it("lists a change once, and counts computed values that repeat it as following", () => {
    const changes = changed("LOG_LEVEL: debug", "LOG_LEVEL: warn");
    const [first, ...rest] = changes;
    assert.deepEqual([first?.path, first?.part], ["lockstep:settings.appointments.env.LOG_LEVEL", "settings"]);
    assert.deepEqual([first?.before, first?.after, first?.follows], ["debug", "warn", false]);
    assert.ok(rest.length > 0);
    assert.ok(rest.every(({ part, follows }) => part === "computed" && follows));
  });

  it("lists a new version as the image alone", () => {
    const other = `appointments:1.5.0@sha256:${HEX.replace("0", "f")}`;
    assert.deepEqual(shown(`appointments:1.4.2@sha256:${HEX}`, other), ["image"]);
  });

  it("shows a computed value that nothing else explains", () => {
    const values = { ...(STATE["values"] as JsonObject), hostNetwork: true };
    const explained = { ...STATE, settings: { ...(STATE["settings"] as JsonObject), env: { LOG_LEVEL: "warn" } } };
    const changes = changesBetween("appointments", STATE, { ...explained, values });
    const [cause, effect] = changes.filter(({ follows }) => !follows);
    assert.equal(cause?.part, "settings");
    assert.deepEqual([effect?.path, effect?.part], ["chart values: hostNetwork", "computed"]);
  });

  it("says of a secret that it changed, and of lists what came and went", () => {
    const [secret] = changed("v1:queue-ciphertext", "v1:other");
    assert.deepEqual([secret?.path, secret?.secret], ["lockstep:settings.appointments.secrets.QUEUE_URL", true]);
    const [hosts] = changesBetween("a", { settings: { hosts: ["a", "b"] } }, { settings: { hosts: ["b", "c"] } });
    // Equally long lists differ place by place.
    assert.equal(hosts?.path, "lockstep:settings.a.hosts[0]");
    const [longer] = changesBetween("a", { settings: { hosts: ["a", "b"] } }, { settings: { hosts: ["b", "c", "d"] } });
    assert.deepEqual(longer?.list, { added: ["c", "d"], removed: ["a"] });
    const [swapped] = changesBetween("a", { settings: { x: ["a", "b"] } }, { settings: { x: ["b", "a", "c"] } });
    assert.equal(swapped?.list, undefined);
  });

  it("shows an application that comes, or goes, value by value", () => {
    for (const changes of [
      changesBetween("appointments", undefined, STATE),
      changesBetween("appointments", STATE, undefined),
    ]) {
      const paths = changes.map(({ path }) => path);
      assert.ok(paths.includes("lockstep:settings.appointments.env.LOG_LEVEL"), paths.join("\n"));
      assert.ok(paths.includes("lockstep:pins.appointments.image"));
    }
  });

  it("puts quotes around text that could be taken for something else", () => {
    const shownAs = (value: Json) => changesBetween("a", { values: { x: "old" } }, { values: { x: value } })[0]?.after;
    for (const value of ["3", "true", "null", "info -> debug", "+ host", "a…", ""])
      assert.equal(shownAs(value), JSON.stringify(value));
    for (const value of ["info", "https://example.com/a?b=c", "100m"]) assert.equal(shownAs(value), value);
  });

  it("tells values apart that would look alike", () => {
    for (const [left, right] of [
      ["3", 3],
      ["true", true],
      ["", null],
      ["[1]", [1, 2]],
      ["a", "a "],
      ["a", "a\u200b"],
      ["\u{1b}[2J", "\\u{1b}[2J"],
    ] satisfies [Json, Json][]) {
      const [change] = changesBetween("a", { values: { x: left } }, { values: { x: right } });
      assert.notEqual(change?.before, change?.after, JSON.stringify([left, right]));
    }
  });
});

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("\u{1b}[2J\u{1b}[H", "a\nb", "\u{202e}evil", "\u{9b}31m", "x -> y"),
);
const leaf: fc.Arbitrary<Json> = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const tree = fc.letrec<{ node: Json; object: JsonObject }>((tie) => ({
  node: fc.oneof({ maxDepth: 5 }, leaf, tie("object"), fc.array(tie("node"), { maxLength: 3 })),
  object: fc.dictionary(
    text.filter((key) => key !== "__proto__"),
    tie("node"),
    { maxKeys: 4 },
  ),
})).object;
const PARTS = ["pin", "settings", "schemaLevel", "definition", "cluster", "namespace", "values", "effective", "later"];
const state: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom(...PARTS), tree, { maxKeys: PARTS.length });

describe("changesBetween of any states", () => {
  it("finds none between equals, and some wherever the digests would differ", () => {
    fc.assert(
      fc.property(state, state, (left, right) => {
        assert.deepEqual(changesBetween("a", left, structuredClone(left)), []);
        const differ = canonicalJson(left) !== canonicalJson(right);
        assert.equal(changesBetween("a", left, right).length > 0, differ);
      }),
    );
  });

  it("shows every value that was changed, by its path, and never as following from itself", () => {
    fc.assert(
      fc.property(state, fc.constantFrom(...PARTS), text, leaf, (before, part, key, value) => {
        fc.pre(key !== "__proto__");
        const inside = (before[part] ?? {}) as JsonObject;
        fc.pre(JSON.stringify(inside[key]) !== JSON.stringify(value));
        const after = { ...before, [part]: { ...inside, [key]: [value, "other"] } };
        fc.pre(!Array.isArray(inside[key]));
        const differences = valueDifferencesOf("a", before, after);
        const changes = changesBetween("a", before, after);
        assert.equal(changes.length, differences.length);
        assert.ok(differences.some((one) => one.part === part && one.inner[0] === key));
        assert.ok(changes.some(({ follows }) => !follows));
      }),
    );
  });

  it("shows what looks like something else, or like nothing, by its number", () => {
    const texts = (after: string) => {
      const env = (value: string) => ({ ...STATE, settings: { env: { LOG_LEVEL: value } } });
      const [change] = changesBetween("appointments", env("root.a"), env(after));
      return change?.after;
    };
    assert.equal(texts("root.a\u3164"), "root.a\\u{3164}");
    assert.equal(texts("r\u043eot.a"), "r\\u{43e}ot.a");
    assert.equal(texts("root\u2024a"), "root\\u{2024}a");
    assert.equal(texts("root.a\ufe0f"), '"root.a\\u{fe0f}"');
    assert.equal(texts("\u043a\u043e\u0442 Größe 5\u20ac"), "\u043a\u043e\u0442 Größe 5\u20ac");
  });

  it("takes a computed value for the repetition of a variable only below the same key", () => {
    const settings = { env: { LOG_LEVEL: "debug", serviceAccountName: "cluster-admin" } };
    const values = { ...(STATE["values"] as JsonObject), pod: { serviceAccountName: "cluster-admin" } };
    const changes = changesBetween("appointments", STATE, { ...STATE, settings, values });
    const unexplained = changes.filter(({ part, follows }) => part === "computed" && !follows);
    assert.deepEqual(
      unexplained.map(({ path }) => path),
      ["chart values: pod.serviceAccountName"],
    );
  });

  it("has nothing in it that steers a terminal or breaks a line", () => {
    fc.assert(
      fc.property(state, state, (left, right) => {
        for (const { path, before = "", after = "", list } of changesBetween("a", left, right)) {
          for (const said of [path, before, after, ...(list?.added ?? []), ...(list?.removed ?? [])])
            assert.doesNotMatch(said, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }
      }),
    );
  });

  it("never shows two different values in the same way", () => {
    fc.assert(
      fc.property(leaf, leaf, (left, right) => {
        fc.pre(left !== right);
        const [change] = changesBetween("a", { values: { x: left } }, { values: { x: right } });
        assert.notEqual(change?.before, change?.after);
      }),
      { numRuns: 1000 },
    );
  });
});
