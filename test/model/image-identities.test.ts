import assert from "node:assert/strict";
import fc from "fast-check";
import { isSubjectPattern, matchesSubject } from "../../src/model/image-identities.ts";

const WORKFLOW = "https://github.com/ehealth/app/.github/workflows/release.yml@refs/tags/";
const matches = (pattern: string, subject: string): boolean => matchesSubject({ kind: "pattern", pattern }, subject);

describe("matchesSubject", () => {
  it("takes a subject for itself alone", () => {
    const exact = { kind: "exact", subject: `${WORKFLOW}v1` } as const;
    assert.ok(matchesSubject(exact, `${WORKFLOW}v1`));
    for (const other of [`${WORKFLOW}v1 `, `${WORKFLOW}v`, `x${WORKFLOW}v1`, `${WORKFLOW}V1`, ""])
      assert.ok(!matchesSubject(exact, other), other);
  });

  it("takes what a pattern names behind @refs/, without a slash", () => {
    for (const tag of ["v1", "v1.2.3", "app@1.0.0"]) assert.ok(matches(`${WORKFLOW}*`, WORKFLOW + tag), tag);
    assert.ok(matches(`${WORKFLOW}v*-rc.*`, `${WORKFLOW}v1.0-rc.2`));
    for (const tag of ["", "v1/x", "v1@refs/heads/main", "v1\n", "é"])
      assert.ok(!matches(`${WORKFLOW}*`, WORKFLOW + tag), tag);
    assert.ok(!matches(`${WORKFLOW}v*-rc`, `${WORKFLOW}v-r`));
  });

  it("never takes a subject of another repository, workflow or kind of ref", () => {
    const text = fc.string({
      unit: fc.constantFrom("/", "@", "*", ".", "a", "refs", "tags", "https://"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, text, (head, tail) => {
        const subject = head + tail;
        fc.pre(!subject.startsWith(WORKFLOW));
        assert.ok(!matches(`${WORKFLOW}*`, subject));
      }),
    );
  });

  it("takes no pattern that reaches further, whoever wrote it", () => {
    for (const pattern of ["*", "https://*", "https://github.com/*@refs/tags/v1", "https://x@refs/**", "x@refs/*"]) {
      assert.ok(!isSubjectPattern(pattern), pattern);
      assert.ok(!matches(pattern, pattern), pattern);
    }
    assert.ok(!isSubjectPattern(`https://x@refs/${"*a".repeat(9)}`));
    assert.ok(!isSubjectPattern(`https://x@refs/${"a".repeat(2000)}`));
  });
});
