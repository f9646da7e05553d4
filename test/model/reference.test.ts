import assert from "node:assert/strict";
import fc from "fast-check";
import type { Digest } from "../../src/model/digest.ts";
import { isPinned, nameOf, parseReference, renderReference, type Reference } from "../../src/model/reference.ts";
import { DIGEST } from "./sample-stage.ts";

const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const part = fc.tuple(word, fc.constantFrom("", "-x", ".x", "_x", "__x", "--x")).map(([start, end]) => start + end);
const registry = fc
  .tuple(
    fc.constantFrom("registry.example.com", "localhost", "127.0.0.1", "[::1]", "A.b-c.de"),
    fc.option(fc.nat(65535)),
  )
  .map(([host, port]) => (port === null ? (host === "[::1]" ? `${host}:1` : host) : `${host}:${port}`));
const references: fc.Arbitrary<Reference> = fc
  .record({
    registry,
    repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
    tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,30}$/), { nil: undefined }),
    digest: fc.option(
      fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}` as Digest),
      { nil: undefined },
    ),
  })
  .map(({ tag, digest, ...name }) => ({
    ...name,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  }));

describe("parseReference", () => {
  it("reads what renderReference writes", () => {
    fc.assert(
      fc.property(references, (reference) => {
        assert.deepEqual(parseReference(renderReference(reference)), { kind: "reference", reference });
      }),
    );
  });

  it("reads nothing that would be written otherwise", () => {
    const unit = fc.constantFrom("a", "B", "0", ".", "-", "_", "/", ":", "@", "[", "]", " ", "\n", "sha256:", "é");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const parsed = parseReference(text);
        if (parsed.kind === "reference") assert.equal(renderReference(parsed.reference), text);
      }),
      { numRuns: 1000 },
    );
  });

  const problems: Readonly<Record<string, readonly [text: string, problem: string]>> = {
    "a name without a registry": ["appointments:1.4.2", "no-registry"],
    "a path without a registry": ["ehealth/appointments:1.4.2", "no-registry"],
    nothing: ["", "no-registry"],
    "a scheme": ["https://registry.example.com/a:1", "bad-registry"],
    "a registry with a user": ["me:x@registry.example.com/a", "no-registry"],
    "a port that is none": ["registry.example.com:http/a:1", "bad-registry"],
    "no repository": ["registry.example.com/", "bad-repository"],
    "a repository in capitals": ["registry.example.com/Appointments:1", "bad-repository"],
    "a way out of the repository": ["registry.example.com/a/../b:1", "bad-repository"],
    "an empty part": ["registry.example.com/a//b:1", "bad-repository"],
    "an empty tag": ["registry.example.com/a:", "bad-tag"],
    "a tag with a space": ["registry.example.com/a:1 2", "bad-tag"],
    "a tag that ends the line": ["registry.example.com/a:1\n", "bad-tag"],
    "a tag of 129 characters": [`registry.example.com/a:${"1".repeat(129)}`, "bad-tag"],
    "a digest of 63 digits": [`registry.example.com/a:1@${DIGEST.slice(0, -1)}`, "bad-digest"],
    "a digest of 65 digits": [`registry.example.com/a:1@${DIGEST}0`, "bad-digest"],
    "a digest in capitals": [`registry.example.com/a:1@sha256:${"A".repeat(64)}`, "bad-digest"],
    "another algorithm": [`registry.example.com/a:1@sha512:${"a".repeat(64)}`, "bad-digest"],
    "two digests": [`registry.example.com/a:1@${DIGEST}@${DIGEST}`, "bad-digest"],
  };
  for (const [name, [text, problem]] of Object.entries(problems)) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(parseReference(text), { kind: "problem", problem });
    });
  }

  it("is done in a moment with a text that is long and wrong", () => {
    for (const unit of ["a", "a.", "a-", "a/", "-", "a_", "."]) {
      const long = unit.repeat(200_000);
      assert.equal(parseReference(`x.y/${long}!`).kind, "problem");
      assert.equal(parseReference(`a.${long}!/x`).kind, "problem");
    }
  });

  it("calls pinned what has both tag and digest", () => {
    fc.assert(
      fc.property(references, (reference) => {
        assert.equal(isPinned(reference), reference.tag !== undefined && reference.digest !== undefined);
        assert.equal(nameOf(reference), `${reference.registry}/${reference.repository}`);
      }),
    );
  });
});
