import assert from "node:assert/strict";
import { renderRollout, rolloutView, type RolloutStream } from "../../src/cli/rollout-text.ts";
import type { ApplicationRollout, RolloutProblem } from "../../src/model/rollout.ts";

const PULL: RolloutProblem = { code: "image-pull", object: "Pod/portal-1", text: "no image", log: [] };

function rollout(ready: number, problems: readonly RolloutProblem[] = [], application = "portal"): ApplicationRollout {
  const workload = { kind: "Deployment", name: application, namespace: "ehealth", ready, wanted: 3 } as const;
  return { application, workloads: [workload], done: ready === 3, problems };
}

function recorded(terminal: Partial<RolloutStream> = {}): {
  readonly written: string[];
  readonly stream: RolloutStream;
} {
  const written: string[] = [];
  return { written, stream: { ...terminal, write: (text) => written.push(text) } };
}

describe("rolloutView", () => {
  it("writes a line for each change where there is no terminal, and none twice", () => {
    const { written, stream } = recorded();
    const view = rolloutView(stream);
    for (const ready of [0, 0, 1, 3]) view.show([rollout(ready, ready === 1 ? [PULL] : [])]);
    assert.deepEqual(written, [
      "portal: 0 of 3 ready\n",
      "portal: 1 of 3 ready\n",
      "portal: Pod/portal-1: no image\n",
      "portal: rolled out, 3 of 3 ready\n",
    ]);
  });

  it("does not speak of what was there all the time", () => {
    const { written, stream } = recorded();
    const view = rolloutView(stream);
    view.show([rollout(3)]);
    assert.deepEqual(written, []);
    view.show([rollout(1)]);
    assert.deepEqual(written, ["portal: 1 of 3 ready\n"]);
  });

  it("replaces on a terminal what it wrote before", () => {
    const { written, stream } = recorded({ isTTY: true, columns: 80, rows: 24 });
    const view = rolloutView(stream);
    view.show([rollout(0), rollout(3, [], "patients")]);
    assert.equal(written.join(""), "1 of 2 rolled out\nportal: 0 of 3 ready\n");
    written.length = 0;
    view.show([rollout(3), rollout(3, [], "patients")]);
    assert.equal(written.join(""), "\u001b[2A\r\u001b[J2 of 2 rolled out\n");
    view.clear();
    assert.equal(written.at(-1), "\u001b[1A\r\u001b[J");
  });

  it("never writes more lines, or wider ones, than the terminal has", () => {
    const long = { ...PULL, text: `${"漢字".repeat(80)}\u001b[2J\nsecond` };
    const { written, stream } = recorded({ isTTY: true, columns: 40, rows: 10 });
    rolloutView(stream).show(Array.from({ length: 30 }, (_, index) => rollout(1, [long], `a${index}`)));
    const lines = written.join("").split("\n");
    assert.ok(lines.length <= 10, written.join(""));
    assert.ok(lines.every((line) => line.length < 40 && !line.includes("\u001b")));
  });

  it("takes a terminal that does not know its size for one of the usual size", () => {
    const { written, stream } = recorded({ isTTY: true, columns: 0, rows: 0 });
    rolloutView(stream).show([rollout(1, [PULL])]);
    assert.equal(written.join(""), "0 of 1 rolled out\nportal: 1 of 3 ready\n  Pod/portal-1: no image\n");
  });

  it("puts those with problems first", () => {
    const { written, stream } = recorded({ isTTY: true, columns: 80, rows: 24 });
    rolloutView(stream).show([rollout(1, [], "patients"), rollout(0, [PULL])]);
    assert.deepEqual(written.join("").split("\n").slice(1, 3), ["portal: 0 of 3 ready", "  Pod/portal-1: no image"]);
  });
});

describe("renderRollout", () => {
  it("says where it stands, what is in the way, and what the container wrote", () => {
    const text = renderRollout(rollout(1, [{ ...PULL, log: ["starting", "\u001b[2Jno database"] }]));
    assert.equal(text, "portal: 1 of 3 ready\n  Pod/portal-1: no image\n    | starting\n    | \\u{1b}[2Jno database");
  });
});
