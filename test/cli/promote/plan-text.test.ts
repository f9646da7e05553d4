import assert from "node:assert/strict";
import { renderNothing, renderPromotion, renderWritten, type ShownPlan } from "../../../src/cli/promote/plan-text.ts";
import { UNPUBLISHED } from "../../../src/cli/publication.ts";
import { gate } from "../../delivery/coverage/sample-court.ts";
import { STACK_FILE, withText } from "../../model/sample-stage.ts";
import { COMMITS, NOW, sampleVersions } from "./sample-plan.ts";

function shown(changes: Partial<ShownPlan> = {}): ShownPlan {
  return {
    ...{ from: "preprod", to: "prod", applications: sampleVersions(), leftOut: [], who: "ada@example.com" },
    ...{ reason: "tested", steps: [], remarks: [], rendered: undefined, nowMs: NOW, width: 120 },
    ...changes,
  };
}

/** Without the spaces that make columns. */
function textOf(changes: Partial<ShownPlan> = {}): string {
  return renderPromotion(shown(changes)).replaceAll(/ {2,}/g, " ");
}

describe("renderPromotion", () => {
  it("says of each application what it has, what it gets, how old that is, and what proves it", () => {
    const text = textOf();
    for (const part of [
      "Promote 2 applications from preprod to prod",
      "appointments 1.4.2 -> 1.5.0 12d web-service 2.1.0 14 -> 15 14",
      "portal 2.3.0 -> 2.4.0 web-service 2.1.0 3d",
      "revision 4f2c9d4f2c9d",
      "- Mend the calendar",
      "and 12 more",
      "settings that differ preprod prod",
      "env.LOG_LEVEL warn debug",
      "Signed by ada@example.com: tested",
    ]) {
      assert.ok(text.includes(part), `${part}\n---\n${text}`);
    }
    assert.doesNotMatch(text, /not stated/);
  });

  it("has every digest in full", () => {
    assert.equal(textOf().match(/@sha256:[0-9a-f]{64}$/gm)?.length, 2);
  });

  it("breaks no word of the overview on a narrow terminal", () => {
    const overview = renderPromotion(shown({ width: 70 })).split("\n\n")[1] ?? "";
    assert.match(overview, /^appointments {2}/m);
    for (const line of overview.split("\n")) assert.ok(line.length <= 70, line);
  });

  it("leaves out the columns that say nothing", () => {
    const text = textOf({ applications: sampleVersions().filter(({ name }) => name === "portal") });
    assert.match(text, /^application version chart proven$/m);
  });

  it("says of a version that is not a step forward alone what it lacks", () => {
    const applications = sampleVersions(STACK_FILE, { ...COMMITS, dropped: 2 });
    assert.match(textOf({ applications }), /14, without 2[^]*lacks 2 of the commits/);
  });

  it("shows what somebody changed in the target and nobody stated: it would be signed with the version", () => {
    const target = withText("LOG_LEVEL: debug", "LOG_LEVEL: trace");
    const text = textOf({ applications: sampleVersions(target) });
    assert.match(text, /not stated until now:\n(?:.*\n)*? +env\.LOG_LEVEL debug -> trace/);
  });

  it("names what is left out, what is done then, and the objects that change", () => {
    const text = textOf({
      leftOut: [{ name: "status-page", reason: "disabled in prod" }],
      steps: ["commits these files on main"],
      remarks: ["the cluster of prod was not asked"],
      rendered: "--- before/a.yaml\n+++ after/a.yaml\n",
    });
    assert.match(text, /not promoted: status-page \(disabled in prod\)/);
    assert.match(text, /Then commits these files on main\./);
    assert.match(text, /Note: the cluster of prod was not asked/);
    assert.match(text, /objects that change:\n--- before\/a\.yaml/);
    assert.match(textOf({ rendered: "" }), /No Kubernetes object changes/);
  });

  it("lets nothing in a reason steer the terminal", () => {
    const text = textOf({ reason: "fine\u001b[2J\nSigned by nobody" });
    assert.ok(!text.includes("\u001b"));
    assert.doesNotMatch(text, /^Signed by nobody/m);
  });

  it("has its tables no wider than the terminal", () => {
    const [, table = ""] = renderPromotion(shown({ width: 60 })).split("\n\n");
    for (const line of table.split("\n")) assert.ok(line.length <= 60, line);
  });
});

describe("renderNothing", () => {
  it("says so, and what was left out", () => {
    const leftOut = [{ name: "portal", reason: "prod has this version already" }];
    const text = renderNothing({ from: "preprod", to: "prod", leftOut, width: 80 });
    assert.match(text, /Nothing to promote/);
    assert.match(text, /portal \(prod has this version already\)/);
  });
});

describe("renderWritten", () => {
  const change = { folder: "statements/prod/x", files: ["Pulumi.prod.yaml", "statements/prod/x/statement.json"] };

  it("names the files and the steps that follow: the commit, the approvals, the deployment", () => {
    const text = renderWritten({ to: "prod", gate, change, published: UNPUBLISHED });
    assert.match(text, /^wrote Pulumi\.prod\.yaml, statements\/prod\/x\/statement\.json$/m);
    assert.match(text, /git add Pulumi\.prod\.yaml statements\/prod\/x\/statement\.json && git commit/);
    assert.match(text, /2 approvals: npm run approve -- prod/);
    assert.match(text, /npm run deploy -- prod/);
  });

  it("names no approvals where none are asked for, and no commit where it was made", () => {
    const none = { ...gate, approvals: undefined };
    const published = { ...UNPUBLISHED, commit: "22cad122ee16aa", branch: "main" };
    const text = renderWritten({ to: "prod", gate: none, change, published });
    assert.doesNotMatch(text, /approve|git add/);
    assert.match(text, /committed 22cad122ee16/);
  });
});
