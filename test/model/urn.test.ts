import assert from "node:assert/strict";
import fc from "fast-check";
import { nameOfUrn, toUrn, type Urn } from "../../src/model/urn.ts";

const URN =
  "urn:pulumi:prod::lockstep::lockstep:index:Stage$lockstep:index:Application$kubernetes:apps/v1:Deployment::portal";
const PARTS: Urn = {
  ...{ stack: "prod", project: "lockstep", name: "portal" },
  types: ["lockstep:index:Stage", "lockstep:index:Application", "kubernetes:apps/v1:Deployment"],
};

/** Stack, project and types have no "::" and no "$"; neither begins or ends with a colon. */
const word = fc.stringMatching(/^[\w./-]+(:[\w./-]+)*$/);
const urns = fc.record(
  {
    stack: word,
    project: word,
    types: fc.array(word, { minLength: 1 }),
    name: fc.oneof(fc.string(), fc.constant("a::b::c")),
  },
  { noNullPrototype: true },
);

function render({ stack, project, types, name }: Urn): string {
  return `urn:pulumi:${stack}::${project}::${types.join("$")}::${name}`;
}

describe("toUrn", () => {
  it("takes a URN apart", () => {
    assert.deepEqual(toUrn(URN), PARTS);
  });

  it("gives back every part of any URN, whatever its name is", () => {
    fc.assert(
      fc.property(urns, (parts) => {
        assert.deepEqual(toUrn(render(parts)), parts);
        assert.equal(nameOfUrn(render(parts)), parts.name);
      }),
    );
  });

  it("takes what came out of it for the same URN", () => {
    fc.assert(
      fc.property(urns, (parts) => {
        const read = toUrn(render(parts));
        assert.ok(read !== undefined);
        assert.equal(render(read), render(parts));
      }),
    );
  });

  for (const [what, text] of Object.entries({
    "another scheme": URN.replace("urn:pulumi:", "urn:other:"),
    "no name": URN.replace("::portal", ""),
    "a name alone": "portal",
    nothing: "",
  })) {
    it(`takes ${what} for none, and leaves it as it is`, () => {
      assert.equal(toUrn(text), undefined);
      assert.equal(nameOfUrn(text), text);
    });
  }

  it("never takes a text for a URN that is not written like one", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parts = toUrn(text);
        if (parts !== undefined) assert.equal(render(parts), text);
      }),
    );
  });
});
