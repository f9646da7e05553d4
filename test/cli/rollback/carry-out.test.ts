import assert from "node:assert/strict";
import type { Redeploy } from "../../../src/cli/deploy/way-back.ts";
import { deployRolledBack } from "../../../src/cli/rollback/carry-out.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { RefusalError } from "../../../src/model/refusal.ts";

/** What it says, the exit code that it sets, and what was refused. */
async function deployed(redeploy: Redeploy, signal = new AbortController().signal) {
  const said: string[] = [];
  const [write, exitCode] = [process.stdout.write.bind(process.stdout), process.exitCode];
  process.stdout.write = (text) => said.push(String(text)) > 0;
  try {
    const call = { stage: "prod", applications: [], options: {}, signal };
    const snapshot = { stage: "prod", places: { project: "/", trust: "/trust" }, inputs: new Map<string, string>() };
    const written = { before: snapshot, files: new Map([["Pulumi.prod.yaml", digestOf("pins")]]) };
    const request = { reason: "bad", back: ["portal"], sharing: ["git push"], written };
    const { isDeployed, refusals } = await deployRolledBack(call, request, redeploy);
    return { said: said.join(""), isDeployed, code: process.exitCode, refused: refusals.map(({ code }) => code) };
  } finally {
    process.stdout.write = write;
    process.exitCode = exitCode;
  }
}

const ending =
  (ended: Awaited<ReturnType<Redeploy>>["ended"]): Redeploy =>
  ({ stage }) =>
    Promise.resolve({ stage, ended, applications: [] });

const refusal = { code: "no-answer", place: {}, found: "none", expected: "one", action: "wait" };

describe("the deploy of a rollback", () => {
  it("adds nothing to what a deploy says that came to its end", async () => {
    for (const ended of ["deployed", "nothing"] as const)
      assert.deepEqual(await deployed(ending(ended)), { said: "", isDeployed: true, code: 0, refused: [] });
    assert.deepEqual(await deployed(ending("failed")), { said: "", isDeployed: false, code: 1, refused: [] });
  });

  it("says after Ctrl-C how it goes on, while it plans and while it deploys", async () => {
    const aborted = AbortSignal.abort();
    const ways: readonly (readonly [Redeploy, AbortSignal?])[] = [
      [ending("interrupted")],
      [() => Promise.reject(new DOMException("", "AbortError")), aborted],
      [() => Promise.reject(new RefusalError([refusal])), aborted],
    ];
    for (const way of ways) {
      const { said, isDeployed, code, refused } = await deployed(...way);
      assert.match(said, /next\n {2}git push\n {2}npm run deploy -- prod/);
      assert.deepEqual([isDeployed, code, refused], [false, 130, []]);
    }
  });

  it("says that its files are written where the deploy is refused, and how it goes on", async () => {
    const { said, refused } = await deployed(() => Promise.reject(new RefusalError([refusal])));
    assert.match(said, /Refused: the files are written.*\nnext\n {2}git push\n {2}npm run deploy -- prod/);
    assert.deepEqual(refused, ["no-answer"]);
    const ours = () => Promise.reject(new TypeError("ours"));
    await assert.rejects(deployed(ours), TypeError);
  });
});
