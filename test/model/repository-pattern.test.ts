import assert from "node:assert/strict";
import fc from "fast-check";
import { isRepositoryPattern, matchesRepository } from "../../src/model/repository-pattern.ts";

const R = "registry.example.com:5000";

describe("isRepositoryPattern", () => {
  for (const pattern of [`${R}/app`, `${R}/*`, `${R}/**`, `${R}/ehealth/app-*`, "[::1]:5000/a/**/b", "localhost/a"]) {
    it(`takes ${pattern}`, () => {
      assert.equal(isRepositoryPattern(pattern), true);
    });
  }
  for (const pattern of [
    "",
    "**",
    "*/app",
    "*.example.com/app",
    "app",
    "ehealth/app",
    R,
    `${R}/`,
    `${R}//app`,
    `${R}/app/`,
    `${R}/a**`,
    `${R}/***`,
    `${R}/App`,
    `${R}/a?b`,
    `${R}/(a|b)`,
    `${R}/app:1`,
    `https://${R}/app`,
    `${R}/app\n`,
    `${R}/${"*a".repeat(9)}`,
    `${R}/${"a".repeat(600)}`,
  ]) {
    it(`refuses ${JSON.stringify(pattern)}`, () => {
      assert.equal(isRepositoryPattern(pattern), false);
      assert.equal(matchesRepository(pattern, pattern), false);
    });
  }
});

describe("matchesRepository", () => {
  for (const [pattern, name, expected] of [
    [`${R}/app`, `${R}/app`, true],
    [`${R}/app`, `${R}/app2`, false],
    [`${R}/app`, `${R}/ehealth/app`, false],
    [`${R}/app`, `${R}/app/more`, false],
    [`${R}/app`, `evil.example.com/${R}/app`, false],
    [`${R}/app`, `${R}/app\n`, false],
    [`${R}/*`, `${R}/app`, true],
    [`${R}/*`, `${R}/ehealth/app`, false],
    [`${R}/*`, R, false],
    [`${R}/*`, `${R}/`, false],
    [`${R}/**`, `${R}/app`, true],
    [`${R}/**`, `${R}/a/b/c`, true],
    [`${R}/**`, R, false],
    [`${R}/charts/**`, `${R}/charts`, false],
    [`${R}/charts/**`, `${R}/charts2/a`, false],
    [`${R}/a/**/b`, `${R}/a/b`, false],
    [`${R}/a/**/b`, `${R}/a/x/y/b`, true],
    [`${R}/app-*`, `${R}/app-web`, true],
    [`${R}/app-*`, `${R}/app`, false],
    [`${R}/a*b*c`, `${R}/axxbyyc`, true],
    [`${R}/a*b*c`, `${R}/axxcyyb`, false],
    [`${R}/ab*ba`, `${R}/aba`, false],
    [`${R}/a.b`, `${R}/axb`, false],
    ["registry.example.com/a", "registryxexample.com/a", false],
    ["registry.example.com/a", "registry.example.com:5000/a", false],
  ] as const) {
    it(`${expected ? "takes" : "does not take"} ${JSON.stringify(name)} for ${pattern}`, () => {
      assert.equal(matchesRepository(pattern, name), expected);
    });
  }

  const part = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const path = fc.array(part, { minLength: 1, maxLength: 5 });

  it("takes exactly itself for a pattern without wildcards", () => {
    fc.assert(
      fc.property(path, path, (left, right) => {
        assert.equal(
          matchesRepository(`${R}/${left.join("/")}`, `${R}/${right.join("/")}`),
          left.join() === right.join(),
        );
      }),
    );
  });

  it("agrees with a regular expression made from the pattern", () => {
    const patternPart = fc.stringMatching(/^[ab.]{0,2}\*?[ab]{1,2}\*?[ab]{0,2}$/);
    const anyPart = fc.oneof(patternPart, fc.constant("*"), fc.constant("**"));
    const name = fc.array(fc.stringMatching(/^[ab.]{1,4}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(anyPart, { minLength: 1, maxLength: 4 }), name, (pattern, parts) => {
        const source = pattern.map((each) =>
          each === "**" ? "[^/]+(?:/[^/]+)*" : each.replaceAll(".", "\\.").replaceAll("*", "[^/]*"),
        );
        const expected = new RegExp(`^${source.join("/")}$`).test(parts.join("/"));
        assert.equal(matchesRepository(`${R}/${pattern.join("/")}`, `${R}/${parts.join("/")}`), expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("never takes a name of another registry", () => {
    fc.assert(
      fc.property(path, fc.constantFrom("*", "**"), (parts, wildcard) => {
        assert.equal(matchesRepository(`${R}/${wildcard}`, `other.example.com/${parts.join("/")}`), false);
      }),
    );
  });
});
