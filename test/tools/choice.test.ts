import assert from "node:assert/strict";
import fc from "fast-check";
import semver from "semver";
import { recipeOf, toolNames, withCompanions } from "../../tools/catalogue.ts";
import {
  acceptedRange,
  canBuild,
  chooseTool,
  refuseMissingTools,
  type BuildState,
  type Candidate,
  type Decision,
} from "../../tools/choice.ts";

const cosign = recipeOf("cosign");
const nothingBuilt: BuildState = { inputDigest: "a", builtFrom: undefined, complete: false };
const built: BuildState = { inputDigest: "a", builtFrom: "a", complete: true };

function candidate(version: string | undefined, path = "/usr/bin/cosign"): Candidate {
  return { path, version, missingBeside: [] };
}

describe("chooseTool", () => {
  const cases: readonly [string, readonly Candidate[], BuildState, string][] = [
    ["takes an installed program in range", [candidate("3.1.3")], nothingBuilt, "installed"],
    ["prefers it to a built one", [candidate("3.2.0")], built, "installed"],
    ["takes a release with a distribution's suffix", [candidate("3.1.3-dispatcher")], nothingBuilt, "installed"],
    ["builds where the installed program is too old", [candidate("3.0.9")], nothingBuilt, "to-build"],
    ["builds where it is of the next major version", [candidate("4.0.0")], nothingBuilt, "to-build"],
    ["builds where it is a pre-release of the next major version", [candidate("4.0.0-rc.1")], nothingBuilt, "to-build"],
    ["builds where it does not tell its version", [candidate(undefined)], nothingBuilt, "to-build"],
    ["builds where what it tells is no version", [candidate("banana")], nothingBuilt, "to-build"],
    ["uses what was built", [candidate("1.0.0")], built, "built"],
    ["builds again where the content changed", [], { ...built, inputDigest: "b" }, "to-build"],
    ["builds again where the output is incomplete", [], { ...built, complete: false }, "to-build"],
  ];
  for (const [name, candidates, state, kind] of cases) {
    it(name, () => {
      assert.equal(chooseTool(cosign, candidates, state).kind, kind);
    });
  }

  it("takes the first candidate in range, not the first of all", () => {
    const choice = chooseTool(
      cosign,
      [candidate("2.0.0", "/a"), candidate("3.1.1", "/b"), candidate("3.1.2", "/c")],
      built,
    );
    assert.deepEqual(choice, { kind: "installed", path: "/b", version: "3.1.1" });
  });

  it("does not take pulumi without its language host beside it", () => {
    const alone: Candidate = { path: "/p", version: "3.259.0", missingBeside: ["pulumi-language-nodejs"] };
    assert.equal(chooseTool(recipeOf("pulumi"), [alone], nothingBuilt).kind, "to-build");
    assert.equal(chooseTool(recipeOf("pulumi"), [{ ...alone, missingBeside: [] }], nothingBuilt).kind, "installed");
  });

  it("never takes a program outside the accepted range, nor a build of other content", () => {
    const versions = fc.option(
      fc.tuple(fc.nat(5), fc.nat(300), fc.nat(9)).map((parts) => parts.join(".")),
      { nil: undefined },
    );
    const states = fc.record({
      inputDigest: fc.constantFrom("a", "b"),
      builtFrom: fc.constantFrom("a", "b", undefined),
      complete: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.constantFrom(...toolNames), fc.array(versions), states, (name, found, state) => {
        const recipe = recipeOf(name);
        const candidates = found.map((version, index) => candidate(version, `/${index}`));
        const choice = chooseTool(recipe, candidates, state);
        const range = acceptedRange(recipe);
        const acceptable = candidates.filter(
          ({ version }) => range !== undefined && version !== undefined && semver.satisfies(version, range),
        );
        if (choice.kind === "installed") assert.equal(choice.path, acceptable[0]?.path);
        else assert.equal(acceptable.length, 0);
        if (choice.kind === "built") assert.ok(state.complete && state.builtFrom === state.inputDigest);
        if (choice.kind === "to-build") assert.ok(!state.complete || state.builtFrom !== state.inputDigest);
      }),
    );
  });
});

describe("canBuild", () => {
  for (const [version, usable] of [
    ["1.26.0", true],
    ["1.27.3", true],
    ["1.25.9", false],
    [undefined, false],
  ] as const) {
    it(`${usable ? "takes" : "refuses"} Go ${version ?? "of unknown version"}`, () => {
      assert.equal(canBuild({ path: "/go", version }), usable);
    });
  }

  it("refuses no Go at all", () => {
    assert.equal(canBuild(undefined), false);
  });
});

describe("refuseMissingTools", () => {
  const decisions: readonly Decision[] = (["etcd", "cosign"] as const).map((name) => ({
    name,
    recipe: recipeOf(name),
    candidates: name === "cosign" ? [candidate("2.4.0")] : [],
    choice: { kind: "to-build" },
  }));

  it("names every missing tool with its range, what was found, and both ways out", () => {
    const refusal = refuseMissingTools(decisions, undefined);
    assert.equal(refusal.code, "tools-missing");
    assert.equal(refusal.place.path, "etcd, cosign");
    assert.match(refusal.found, /etcd: not installed[^]*cosign: 2\.4\.0 \(\/usr\/bin\/cosign\)[^]*Go: not installed/);
    assert.match(refusal.expected, /etcd \^3\.5\.0[^]*cosign \^3\.1\.0[^]*or Go >= 1\.26\.0/);
    assert.match(refusal.action, /install the tools[^]*or install Go >= 1\.26\.0/);
  });

  it("names a Go that is too old", () => {
    assert.match(
      refuseMissingTools(decisions, { path: "/go", version: "1.22.1" }).found,
      /Go: 1\.22\.1 \(\/go\), too old/,
    );
  });

  it("offers Go alone where files are missing, which cannot be installed", () => {
    const files: Decision = {
      name: "gateway-api",
      recipe: recipeOf("gateway-api"),
      candidates: [],
      choice: { kind: "to-build" },
    };
    assert.doesNotMatch(refuseMissingTools([...decisions, files], undefined).action, /install the tools/);
  });
});

describe("withCompanions", () => {
  it("keeps pulumi and its language host together", () => {
    assert.deepEqual(withCompanions(["pulumi"]), ["pulumi", "pulumi-language-nodejs"]);
    assert.deepEqual(withCompanions(["pulumi-language-nodejs"]), ["pulumi", "pulumi-language-nodejs"]);
  });

  it("adds nothing to other tools and drops repetitions", () => {
    assert.deepEqual(withCompanions(["kwok", "etcd", "kwok"]), ["etcd", "kwok"]);
  });
});
