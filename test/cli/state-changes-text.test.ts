import assert from "node:assert/strict";
import { renderTransition, sharedChanges } from "../../src/cli/state-changes-text.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { DIGEST, HEX, STACK_FILE, withText } from "../model/sample-stage.ts";
import { HOUR, statesOf, T0 } from "../delivery/coverage/sample-court.ts";

const NAME = "appointments";
const stateOf = (text = STACK_FILE): JsonObject => statesOf(text).get(NAME)?.state ?? assert.fail();
const OPTIONS = { nowMs: T0, all: false };
const render = (before: JsonObject | undefined, after: JsonObject | undefined, all = false) =>
  renderTransition({ name: NAME, before, after }, { ...OPTIONS, all });

describe("renderTransition", () => {
  it("begins with the version, shortens digests, and shows them in full where all is asked for", () => {
    const other = HEX.replace("0", "f");
    const after = stateOf(withText(`appointments:1.4.2@${DIGEST}`, `appointments:1.5.0@sha256:${other}`));
    const [title, part, ...rest] = render(stateOf(), after).split("\n");
    assert.match(title ?? "", /1\.4\.2 -> 1\.5\.0/);
    assert.equal(part?.trim(), "version");
    assert.ok(!rest.join().includes(other) && rest.join().includes(other.slice(0, 12)));
    assert.ok(render(stateOf(), after, true).includes(other));
  });

  it("shows digests in full where their first digits are alike, and names where they differ", () => {
    const alike = `${HEX.slice(0, -1)}0`;
    const rebuilt = stateOf(withText(`appointments:1.4.2@${DIGEST}`, `appointments:1.4.2@sha256:${alike}`));
    assert.ok(render(stateOf(), rebuilt).includes(alike));
    const moved = stateOf(withText("registry.example.com/ehealth/app", "evil.example.com/ehealth/app"));
    assert.match(render(stateOf(), moved), /image +registry\.example\.com\S+ -> evil\.example\.com/);
  });

  it("counts values that only repeat others, and lists them where all is asked for", () => {
    const after = stateOf(withText("LOG_LEVEL: debug", "LOG_LEVEL: warn"));
    const short = render(stateOf(), after);
    assert.match(short, /env\.LOG_LEVEL +debug -> warn/);
    assert.doesNotMatch(short, /chart values/);
    assert.match(render(stateOf(), after, true), /chart values: env\.LOG_LEVEL/);
  });

  it("says once what the stage changes in several applications alike, and nothing that differs", () => {
    const states = statesOf(STACK_FILE);
    const transitions = ["appointments", "portal"].map((name) => ({
      name,
      before: undefined,
      after: states.get(name)?.state,
    }));
    const shared = sharedChanges(transitions);
    assert.ok(shared.length > 0 && shared.every(({ part }) => part === "stage"));
    const [first] = transitions;
    assert.deepEqual(sharedChanges(first === undefined ? [] : [first]), []);
    for (const one of transitions) {
      const text = renderTransition(one, { ...OPTIONS, shared });
      for (const { path } of shared) assert.ok(!text.includes(path), path);
      assert.match(text, /version/);
    }
    const other = { name: "status-page", before: states.get("portal")?.state, after: states.get("portal")?.state };
    assert.deepEqual(sharedChanges([...transitions, other]), []);
  });

  it("says the age of what was built", () => {
    const created = (ms: number) =>
      stateOf(withText("      schema: {", `      created: "${new Date(ms).toISOString()}"\n      schema: {`));
    assert.match(render(created(T0 - 50 * HOUR), created(T0 - HOUR)), /created .*\(2d old\) -> .*\(\d+m old\)/);
  });

  it("never cuts away where two long values differ", () => {
    const long = "x".repeat(500);
    const text = (value: string) => stateOf(withText("LOG_LEVEL: debug", `LOG_LEVEL: ${value}`));
    const line = render(text(`${long}one${long}`), text(`${long}two${long}`));
    assert.ok(line.includes("one") && line.includes("two"), line);
    assert.ok(line.split("\n").every((one) => one.length < 200));
    assert.ok(render(text(long), text(`${long}y`), true).includes(`${long}y`));
  });

  it("cuts away nothing between the first and the last difference, and nothing of a value that was not there", () => {
    const long = "x".repeat(500);
    const text = (value: string) => stateOf(withText("LOG_LEVEL: debug", `LOG_LEVEL: ${value}`));
    const line = render(text(`one${long}${long}`), text(`two${long}-javaagent:evil${long}`));
    assert.ok(line.includes("-javaagent:evil"), line);
    const added = withText("LOG_LEVEL: debug", `LOG_LEVEL: debug, OPTIONS: ${long}-javaagent:evil`);
    assert.ok(render(stateOf(), stateOf(added)).includes("-javaagent:evil"));
  });

  it("shows no secret's digest", () => {
    const line = render(stateOf(), stateOf(withText("v1:queue-ciphertext", "v1:other")));
    assert.match(line, /secrets\.QUEUE_URL +changed/);
  });

  it("says that an application comes, or goes", () => {
    assert.match(render(undefined, stateOf()), /^appointments {2}comes: 1\.4\.2/);
    assert.match(render(stateOf(), undefined), /^appointments {2}goes: /);
  });
});
