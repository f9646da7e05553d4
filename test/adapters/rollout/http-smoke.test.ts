import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { checkHttp, type SmokeProblem } from "../../../src/adapters/rollout/http-smoke.ts";
import { standInForPods } from "./stand-in-for-pods.ts";

const never = new AbortController().signal;

async function check(
  answer: (response: ServerResponse, attempt: number) => void,
  { status = 200, withinSeconds = 1 } = {},
): Promise<{ readonly problem: SmokeProblem | undefined; readonly attempts: number }> {
  let attempt = 0;
  await using pods = await standInForPods((response) => {
    answer(response, ++attempt);
  });
  const problem = await checkHttp({ url: `${pods.url}/health?full=1`, status, withinSeconds }, never);
  assert.ok(pods.asked.every((path) => path === "/health?full=1"));
  return { problem, attempts: pods.asked.length };
}

describe("checkHttp", () => {
  it("passes at the first good answer", async () => {
    const { problem, attempts } = await check((response) => response.end("ok"));
    assert.deepEqual([problem, attempts], [undefined, 1]);
  });

  it("asks again until the answer is good", async () => {
    const answer = (response: ServerResponse, attempt: number) => response.writeHead(attempt < 2 ? 503 : 200).end();
    const { problem, attempts } = await check(answer, { withinSeconds: 10 });
    assert.deepEqual([problem, attempts], [undefined, 2]);
  });

  it("says what was answered where it never is", async () => {
    const { problem } = await check((response) => {
      response.writeHead(503, { "content-type": "text/plain" }).end("no database\u001b[2J\n");
    });
    assert.match(problem?.text ?? "", /answered 503, not 200/);
    assert.deepEqual(problem?.log, ["no database\\u{1b}[2J"]);
  });

  it("takes a redirect for an answer, and does not follow it", async () => {
    const redirect = (response: ServerResponse) => response.writeHead(302, { location: "/login" }).end();
    assert.equal((await check(redirect, { status: 302 })).problem, undefined);
    const { problem } = await check(redirect);
    assert.match(problem?.text ?? "", /answered 302 to \/login, not 200/);
  });

  it("does not wait for the end of an answer that has none", async () => {
    const endless = (response: ServerResponse, status: number) => {
      response.writeHead(status, { "content-type": "text/plain" });
      const words = function* () {
        for (;;) yield "x".repeat(65_536);
      };
      // It ends with an error when the other side has gone.
      pipeline(Readable.from(words()), response, () => undefined);
    };
    assert.equal(
      (
        await check((response) => {
          endless(response, 200);
        })
      ).problem,
      undefined,
    );
    const { problem } = await check((response) => {
      endless(response, 500);
    });
    assert.match(problem?.text ?? "", /answered 500/);
    assert.ok((problem?.log.join("").length ?? 0) < 5_000);
  });

  it("keeps the time where nobody answers", async () => {
    const beganMs = performance.now();
    const { problem } = await check(() => undefined);
    assert.match(problem?.text ?? "", /no answer/);
    assert.ok(performance.now() - beganMs < 5_000);
  });

  it("says why no connection comes about", async () => {
    const pods = await standInForPods((response) => response.end());
    await pods[Symbol.asyncDispose]();
    const problem = await checkHttp({ url: pods.url, status: 200, withinSeconds: 1 }, never);
    assert.match(problem?.text ?? "", /ECONNREFUSED/);
  });

  it("ends with the signal", async () => {
    const controller = new AbortController();
    await using pods = await standInForPods((response) => {
      controller.abort();
      response.writeHead(503).end();
    });
    const checking = checkHttp({ url: pods.url, status: 200, withinSeconds: 60 }, controller.signal);
    await assert.rejects(checking, { name: "AbortError" });
  });
});
