import assert from "node:assert/strict";
import { isAdoptedIn, parseAdopted } from "../../../src/model/trust/adopted.ts";
import { parseExemptions } from "../../../src/model/trust/exemptions.ts";
import { parseRevocations } from "../../../src/model/trust/revocations.ts";
import { membershipsAt, parseRoles } from "../../../src/model/trust/roles.ts";
import { countsFor } from "../../../src/model/trust/entry-fields.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Outcome } from "../../../src/model/refusal.ts";
import type { YamlSource } from "../../../src/model/yaml-source.ts";
import { DIGEST, HEX, sourceOf } from "../sample-stage.ts";
import { codesOf, refusalsOf, sampleKey, valueOf } from "./sample-trust.ts";

const SINCE = "2026-01-01T00:00:00Z";

type Breakages = Readonly<Record<string, readonly [from: string, to: string, code: string]>>;

function refusesEach(parse: (source: YamlSource) => Outcome<unknown>, text: string, breakages: Breakages): void {
  for (const [name, [from, to, code]] of Object.entries(breakages)) {
    it(`refuses ${name}, with its line`, () => {
      assert.ok(text.includes(from));
      const outcome = parse(sourceOf(text.replace(from, to)));
      assert.deepEqual(codesOf(outcome), [code]);
      assert.ok(refusalsOf(outcome).every(({ place }) => place.line !== undefined));
    });
  }
}

describe("parseRoles", () => {
  const text = `groups:
  managers:
    - { principal: ann@example.com, since: ${SINCE}, until: "2026-06-01T02:00:00+02:00" }
    - { principal: ann@example.com, since: 2026-09-01T00:00:00Z }
    - { principal: ben, since: ${SINCE} }
`;

  it("reads who is in which group, and when", () => {
    const roles = valueOf(parseRoles(sourceOf(text)));
    const at = (time: string) => membershipsAt(roles, "managers", "ann@example.com", Date.parse(time)).length > 0;
    assert.deepEqual(
      [
        "2025-12-31T23:59:59.999Z",
        SINCE,
        "2026-05-31T23:59:59.999Z",
        "2026-06-01T00:00:00Z",
        "2026-10-01T00:00:00Z",
      ].map(at),
      [false, true, true, false, true],
    );
    assert.deepEqual(membershipsAt(roles, "operations", "ann@example.com", Date.parse(SINCE)), []);
    assert.deepEqual(membershipsAt(roles, "managers", "eve", Date.parse(SINCE)), []);
  });

  refusesEach(parseRoles, text, {
    "a member without a beginning": [`ben, since: ${SINCE}`, "ben", "missing-key"],
    "a time without zone": ["2026-09-01T00:00:00Z", '"2026-09-01T00:00:00"', "invalid-value"],
    "a day alone": ["2026-09-01T00:00:00Z", '"2026-09-01"', "invalid-value"],
    "an end before the beginning": ['"2026-06-01T02:00:00+02:00"', SINCE, "ends-before-it-begins"],
    "a member twice at a time": ["2026-09-01", "2026-05-01", "duplicate-member"],
    "a principal in another spelling": ["principal: ben", "principal: Ann@Example.com", "two-spellings"],
    "a pattern": ["principal: ben", 'principal: "*"', "invalid-value"],
    "an unknown key": ["principal: ben,", "principal: ben, role: x,", "unknown-key"],
    "a group that is no name": ["managers:", "Managers:", "invalid-value"],
  });
});

describe("parseAdopted", () => {
  const text = `adopted:
  - { image: "registry.example.com/third/party:1.2@${DIGEST}", owner: ann, reason: scanned, stages: [extest] }
  - { chart: "oci://registry.example.com/third/party@${DIGEST}", owner: ann, reason: read, stages: ["*"] }
`;

  it("reads images and charts by name and digest", () => {
    const [image, chart] = valueOf(parseAdopted(sourceOf(text)));
    const expected = { name: "registry.example.com/third/party", digest: DIGEST, owner: "ann" };
    assert.deepEqual(image, { kind: "image", ...expected, reason: "scanned", stages: ["extest"] });
    assert.deepEqual(chart, { kind: "chart", ...expected, reason: "read", stages: ["*"] });
    assert.deepEqual(valueOf(parseAdopted(sourceOf("adopted: []"))), []);
  });

  it("accepts that very image or chart, where it counts", () => {
    const adopted = valueOf(parseAdopted(sourceOf(text)));
    const reference = { registry: "registry.example.com", repository: "third/party", tag: "9", digest: digestOf("1") };
    const known = { ...reference, digest: adopted[0]?.digest ?? reference.digest };
    assert.ok(isAdoptedIn(adopted, "extest", "image", known));
    assert.ok(isAdoptedIn(adopted, "prod", "chart", known));
    assert.ok(!isAdoptedIn(adopted, "prod", "image", known));
    assert.ok(!isAdoptedIn(adopted, "extest", "image", reference));
    assert.ok(!isAdoptedIn(adopted, "extest", "image", { ...known, repository: "third/other" }));
    assert.ok(!isAdoptedIn(adopted, "extest", "image", { ...known, registry: "other.example.com" }));
  });

  it("counts for the stages that it names", () => {
    assert.ok(countsFor(["*"], "prod") && countsFor(["prod"], "prod") && !countsFor(["extest"], "prod"));
  });

  refusesEach(parseAdopted, text, {
    "a tag without a digest": [`:1.2@${DIGEST}`, ":1.2", "invalid-value"],
    "no registry": ["registry.example.com/third/party:1.2", "third", "invalid-value"],
    "nobody who answers for it": ["owner: ann, ", "", "missing-key"],
    "an empty reason": ["reason: scanned", 'reason: " "', "invalid-value"],
    "no stages": ["[extest]", "[]", "invalid-value"],
    "all stages and one": ["[extest]", '["*", extest]', "invalid-value"],
    "an image and a chart": ["chart:", `image: "r.example.com/a@${DIGEST}", chart:`, "unknown-key"],
    "an entry that is no mapping": ["adopted:\n", "adopted:\n  - text\n", "invalid-value"],
    "an entry twice": [
      `chart: "oci://registry.example.com/third/party@`,
      'image: "registry.example.com/third/party@',
      "duplicate-adoption",
    ],
  });
});

describe("parseRevocations", () => {
  const { fingerprint } = sampleKey("ann");
  const text = `keys:
  - { key: "${fingerprint}", kind: left, since: ${SINCE}, reason: left }
  - { key: "${HEX}", kind: compromised, since: ${SINCE}, reason: stolen }
digests:
  - { digest: "${DIGEST}", reason: bad }
statements:
  - { digest: "${DIGEST}", reason: withdrawn }
`;

  it("reads keys, digests and statements", () => {
    assert.deepEqual(valueOf(parseRevocations(sourceOf(text))), {
      keys: [
        { fingerprint, kind: "left", sinceMs: Date.parse(SINCE), reason: "left" },
        { fingerprint: HEX, kind: "compromised", sinceMs: Date.parse(SINCE), reason: "stolen" },
      ],
      digests: [{ digest: DIGEST, reason: "bad" }],
      statements: [{ digest: DIGEST, reason: "withdrawn" }],
    });
  });

  refusesEach(parseRevocations, text, {
    "a fingerprint that is cut off": [fingerprint, fingerprint.slice(0, -1), "invalid-value"],
    "a fingerprint with padding": [fingerprint, `${fingerprint}=`, "invalid-value"],
    "an image key in capitals": [`key: "${HEX}"`, `key: "${HEX.toUpperCase()}"`, "invalid-value"],
    "another kind": ["kind: left", "kind: gone", "invalid-value"],
    "no time": [`left, since: ${SINCE}`, "left", "missing-key"],
    "a key twice": [HEX, fingerprint, "duplicate-revocation"],
    "a digest that is none": [DIGEST, HEX, "invalid-value"],
    "an unknown list": ["digests:", "images:", "unknown-key"],
  });
});

describe("parseExemptions", () => {
  const text = `exemptions:
  - rule: workload-probes
    stages: [extest]
    application: portal
    object: Deployment/portal
    owner: ann
    reason: no probes upstream
    expires: 2026-12-31T00:00:00Z
`;

  it("reads rules that are set aside, for one object or for all", () => {
    const [one] = valueOf(parseExemptions(sourceOf(text)));
    assert.equal(one?.expiresMs, Date.UTC(2026, 11, 31));
    assert.equal(one.object, "Deployment/portal");
    const [all] = valueOf(parseExemptions(sourceOf(text.replace("    object: Deployment/portal\n", ""))));
    assert.ok(all !== undefined && all.object === undefined);
  });

  refusesEach(parseExemptions, text, {
    "no owner": ["    owner: ann\n", "", "missing-key"],
    "no reason": ["    reason: no probes upstream\n", "", "missing-key"],
    "no end": ["    expires: 2026-12-31T00:00:00Z\n", "", "missing-key"],
    "an object that is a pattern": ["Deployment/portal", '"*/portal"', "invalid-value"],
    "a rule that is a pattern": ["workload-probes", '"workload-*"', "invalid-value"],
    "an application that is a pattern": ["application: portal", 'application: "*"', "invalid-value"],
  });
});
