import assert from "node:assert/strict";
import fc from "fast-check";
import { allMisfits, findMisfits, type Misfits } from "../../../src/model/trust/trust-misfits.ts";
import { parseAdopted } from "../../../src/model/trust/adopted.ts";
import { parseAllowedSigners } from "../../../src/model/trust/allowed-signers.ts";
import { parseRoles } from "../../../src/model/trust/roles.ts";
import { parseStages } from "../../../src/model/stages.ts";
import { parseYamlSource } from "../../../src/model/yaml-source.ts";
import { sampleKey, valueOf } from "./sample-trust.ts";

const PEOPLE = ["ann", "ben", "cid"];
const BASELINE = {
  stages: {
    inttest: { from: "registry" },
    extest: { from: ["inttest"], gate: { promoters: ["managers"] } },
    prod: {
      from: ["extest"],
      gate: { promoters: ["managers"], approvals: { count: 1, groups: ["operations"] } },
    },
  },
  groups: { managers: ["ann"], operations: ["ben"] },
  adopted: [] as readonly string[],
};

function misfits(changes: Partial<Record<keyof typeof BASELINE, unknown>>): Misfits {
  const { stages, groups, adopted } = { ...BASELINE, ...changes } as typeof BASELINE;
  const members = Object.entries(groups).map(([group, names]) => [
    group,
    names.map((principal) => ({ principal, since: "2026-01-01T00:00:00Z" })),
  ]);
  const source = (value: object) => valueOf(parseYamlSource("f.yaml", JSON.stringify(value)));
  const image = `r.example.com/a@sha256:${"0".repeat(64)}`;
  const entries = adopted.map((stage) => ({ image, owner: "o", reason: "r", stages: [stage] }));
  const signers = PEOPLE.map((name) => `${name} ${sampleKey(name).text}\n`).join("");
  return findMisfits(
    {
      stages: valueOf(parseStages(source({ stages }))),
      roles: valueOf(parseRoles(source({ groups: Object.fromEntries(members) as object }))),
      allowedSigners: valueOf(parseAllowedSigners("allowed_signers", signers)),
      adopted: valueOf(parseAdopted(source({ adopted: entries }))),
      exemptions: [],
    },
    (file, path) => ({ file, path: path.join(".") }),
  );
}

/** `<stage>: <codes>`, and `*` for what concerns no stage alone. */
function said({ stages, everywhere }: Misfits): readonly string[] {
  const all = [...stages, ...(everywhere.length > 0 ? [["*", everywhere] as const] : [])];
  return all.map(([stage, refusals]) => `${stage}: ${refusals.map(({ code }) => code).join(" ")}`);
}

describe("findMisfits", () => {
  it("finds nothing where the files fit each other", () => {
    assert.deepEqual(said(misfits({})), []);
  });

  const gate = (changes: object) => ({
    stages: {
      ...BASELINE.stages,
      prod: { ...BASELINE.stages.prod, gate: { ...BASELINE.stages.prod.gate, ...changes } },
    },
  });
  for (const [what, changes, expected] of [
    ["a count above the members", gate({ approvals: { count: 2, groups: ["operations"] } }), ["prod: quorum-too-high"]],
    [
      "a promoter who is the only approver",
      gate({ approvals: { count: 1, groups: ["managers"] } }),
      ["prod: quorum-too-high"],
    ],
    [
      "a group of approvers that is not there",
      gate({ approvals: { count: 1, groups: ["ops"] } }),
      ["prod: unknown-group"],
    ],
    ["a group for rollbacks that is not there", gate({ rollback: ["deployrs"] }), ["prod: unknown-group"]],
    ["a group of promoters that is not there", gate({ promoters: ["managrs"] }), ["prod: unknown-group"]],
    [
      "a member without a key, in every stage whose gate names the group",
      { groups: { managers: ["ann", "zoe"], operations: ["ben"] } },
      ["extest: unknown-principal", "prod: unknown-principal"],
    ],
    [
      "a member without a key in a group that no gate names",
      { groups: { ...BASELINE.groups, others: ["zoe"] } },
      ["*: unknown-principal"],
    ],
    ["an entry for a stage that is not there", { adopted: ["pord"] }, ["*: unknown-stage"]],
  ] as const) {
    it(`names the stage that it concerns: ${what}`, () => {
      assert.deepEqual(said(misfits(changes)), expected);
    });
  }

  it("takes the only approver who may promote as well, without four eyes", () => {
    const changes = gate({ approvals: { count: 1, groups: ["managers"], fourEyes: false } });
    assert.deepEqual(said(misfits(changes)), []);
  });

  it("says each once, however many stages it concerns", () => {
    const found = allMisfits(misfits({ groups: { managers: ["zoe"], operations: ["ben"] } }));
    assert.deepEqual(
      found.map(({ code }) => code),
      ["unknown-principal"],
    );
  });

  it("never lets a quorum through that the members cannot fill, whoever promotes", () => {
    const group = fc.subarray(PEOPLE);
    fc.assert(
      fc.property(
        group,
        group,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (managers, operations, count, fourEyes) => {
          const changes = gate({ approvals: { count, groups: ["operations"], fourEyes } });
          const refused = said(misfits({ ...changes, groups: { managers, operations } })).length > 0;
          const promoters = fourEyes ? managers : ["nobody"];
          const fillable = promoters.some((promoter) => operations.filter((name) => name !== promoter).length >= count);
          assert.equal(refused, !fillable);
        },
      ),
    );
  });
});
