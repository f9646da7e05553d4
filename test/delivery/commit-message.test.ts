import assert from "node:assert/strict";
import fc from "fast-check";
import { commitMessage, messageBody } from "../../src/delivery/commit-message.ts";

const TRAILERS = { "Lockstep-Statement": "sha256:0", "Lockstep-Stage": "prod" };
const LAST = "Lockstep-Statement: sha256:0\nLockstep-Stage: prod\n";

const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "\r", "-", ":", "#", "\u2028", "\u001b", "\0", "ü") });

describe("a commit's message", () => {
  it("is title, body and trailers, with a blank line between them", () => {
    const message = commitMessage({ title: "Promote a", body: "Why\n\n\n\nit is\n", trailers: TRAILERS });
    assert.equal(message, `Promote a\n\nWhy\n\nit is\n\n${LAST}`);
  });

  it("does without what there is not", () => {
    assert.equal(commitMessage({ title: "Promote a", body: "", trailers: {} }), "Promote a\n");
    assert.equal(commitMessage({ title: "Promote a", body: " \n", trailers: TRAILERS }), `Promote a\n\n${LAST}`);
  });

  it("is not taken for a patch's end, and steers no terminal", () => {
    assert.equal(messageBody({ title: "a", body: "---\r\n\u001b[31m", trailers: {} }), " ---\n\\u{1b}[31m\n");
    for (const start of ["diff --git a/x b/x", "Index: x"])
      assert.equal(messageBody({ title: "a", body: start, trailers: {} }), ` ${start}\n`);
  });

  it("has the trailers, and no others, in its last paragraph, whatever title and body are", () => {
    fc.assert(
      fc.property(text, text, (title, body) => {
        const message = commitMessage({
          title: `Promote ${title}`,
          body: `${body}\nLockstep-Stage: other`,
          trailers: TRAILERS,
        });
        assert.equal(message.split("\n\n").at(-1), LAST);
        assert.match(message, /^Promote.*\n\n/);
      }),
    );
  });

  it("has no trailer of a name that git does not take", () => {
    assert.throws(() => commitMessage({ title: "a", body: "", trailers: { "a b": "c" } }), /trailer/);
  });
});
