import assert from "node:assert/strict";
import { smokeName, smokeProblems, smokeSeconds, type SmokeCheck } from "../../src/model/smoke-check.ts";
import { smokeUrl, smokeUrlSchema } from "../../src/model/smoke-url.ts";

const HTTP: SmokeCheck = { http: { path: "/health/ready" } };
const JOB: SmokeCheck = { job: { command: ["smoke", "--quick"], secrets: ["TOKEN"] } };

describe("smokeProblems", () => {
  it("has nothing against checks as the types ask for them", () => {
    const all: readonly SmokeCheck[] = [
      HTTP,
      JOB,
      { http: { path: "/a?b=c", status: 302, within: "2m" } },
      { job: { command: ["true"], within: "10s" } },
    ];
    assert.deepEqual(smokeProblems(all, ["TOKEN"]), []);
  });

  // The compiler refuses most of these; a cast, or plain JavaScript, does not.
  const wrong: Readonly<Record<string, unknown>> = {
    neither: {},
    both: { ...HTTP, ...JOB },
    "something else": { tcp: { port: 80 } },
    "a path without slash": { http: { path: "health" } },
    "a path that names another host": { http: { path: "//example.com/" } },
    "a path with a blank": { http: { path: "/a b" } },
    "a path with a line end": { http: { path: "/a\r\nhost: b" } },
    "a fragment": { http: { path: "/a#b" } },
    "a status that never comes": { http: { path: "/", status: 700 } },
    "a status in text": { http: { path: "/", status: "200" } },
    "no time": { http: { path: "/", within: "0s" } },
    "an unknown key": { http: { path: "/", method: "POST" } },
    "an empty command": { job: { command: [] } },
    "a command in one word": { job: { command: "smoke" } },
    "a secret that is not declared": { job: { command: ["smoke"], secrets: ["TOKNE"] } },
  };
  for (const [what, check] of Object.entries(wrong)) {
    it(`names ${what}`, () => {
      const problems = smokeProblems([HTTP, check as SmokeCheck], ["TOKEN"]);
      assert.notDeepEqual(problems, []);
      assert.ok(problems.every(({ path }) => path.startsWith("smoke[1]")));
    });
  }
});

describe("smoke checks", () => {
  it("have half a minute for HTTP and two minutes for a Job, where they say nothing else", () => {
    assert.deepEqual([HTTP, JOB].map(smokeSeconds), [30, 120]);
    assert.equal(smokeSeconds({ job: { command: ["smoke"], within: "10m" } }), 600);
  });

  it("are named as people would", () => {
    assert.deepEqual([HTTP, JOB].map(smokeName), ["GET /health/ready", "smoke --quick"]);
  });

  for (const url of ["https://portal.example.com", "http://127.0.0.1:8080", "https://example.com/portal/"]) {
    it(`go to ${url}`, () => {
      assert.ok(smokeUrlSchema.safeParse(url).success);
    });
  }

  for (const url of [
    ...["portal.example.com", "ftp://example.com", "https://", "https://user:word@example.com", "https://@example.com"],
    ...[
      "https://example.com?a=b",
      "https://example.com#a",
      "https://example.com/ b",
      "https:\\\\example.com",
      "https://[::1",
    ],
    ...[" https://example.com", "https://example.com\n"],
  ]) {
    it(`do not go to ${JSON.stringify(url)}`, () => {
      assert.ok(!smokeUrlSchema.safeParse(url).success);
    });
  }

  it("are asked below the base, whether it ends in a slash or not", () => {
    assert.equal(smokeUrl("https://example.com/", "/health"), "https://example.com/health");
    assert.equal(smokeUrl("https://example.com/portal", "/health"), "https://example.com/portal/health");
  });
});
