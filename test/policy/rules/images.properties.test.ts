import assert from "node:assert/strict";
import fc from "fast-check";
import { imageKnown } from "../../../policy/rules/image-known.ts";
import { imagePinned } from "../../../policy/rules/image-pinned.ts";
import { imageSigned } from "../../../policy/rules/image-signed.ts";
import { APPOINTMENTS_IMAGE, object, OTHER_DIGEST } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { violations } from "../harness/verdict.ts";

const LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
const UNPINNED = "registry.example.com/ehealth/appointments:1.4.2";
const UNKNOWN = `registry.example.com/strangers/image:1@${OTHER_DIGEST}`;
const context = stageContext({
  refuseSignature: ({ digest }) =>
    Promise.resolve(
      digest === OTHER_DIGEST ? [{ code: "not-signed", place: {}, found: "", expected: "", action: "" }] : [],
    ),
});

/** Any JSON without a list of containers or of volumes, which would be images of its own. */
const noise = fc.jsonValue({ maxDepth: 4 }).filter((value) => !/containers"|"volumes"/i.test(JSON.stringify(value)));
const container = noise.map((more) => ({ name: "server", image: APPOINTMENTS_IMAGE, resources: more }));
const cleanSpec = fc
  .record(Object.fromEntries(LISTS.map((list) => [list, fc.array(container, { maxLength: 3 })])), {
    requiredKeys: ["containers"],
  })
  .chain((lists) => noise.map((affinity) => ({ ...lists, affinity })));
/** Where a spec stands in an object: below keys and in lists. */
const place = fc
  .array(fc.oneof(fc.constantFrom("spec", "template", "jobTemplate", "[]"), fc.string({ minLength: 1 })), {
    maxLength: 6,
  })
  .filter((keys) => !keys.some((key) => ["__proto__", "env", "envFrom", "command", "args", "volumes"].includes(key)));
const kind = fc.constantFrom(["apps/v1", "Deployment"], ["v1", "List"], ["example.com/v1", "Batch"]);

function placed(keys: readonly string[], spec: unknown): Record<string, unknown> {
  return { spec: keys.reduceRight<unknown>((below, key) => (key === "[]" ? [below] : { [key]: below }), spec) };
}

const planted = fc.record({
  spec: cleanSpec,
  keys: place,
  kind,
  list: fc.constantFrom(...LISTS),
  at: fc.nat(3),
  noise,
});

async function countOf(
  rules: readonly (typeof imagePinned)[],
  image: string | undefined,
  one: PlantedImage,
): Promise<number[]> {
  const { spec, keys, list, at, noise: beside } = one;
  const [apiVersion = "", ofKind = ""] = one.kind;
  const containers: unknown[] = [...((spec as Record<string, unknown[]>)[list] ?? [])];
  if (image !== undefined) containers.splice(at, 0, { name: "planted", image });
  const whole = { ...placed(keys, { ...spec, [list]: containers }), beside };
  const text = object(apiVersion, ofKind, whole);
  return Promise.all(rules.map(async (rule) => (await violations(rule, text, context)).length));
}
type PlantedImage = typeof planted extends fc.Arbitrary<infer T> ? T : never;

describe("the image rules, over generated objects", () => {
  it("have nothing against an object whose images are all pinned, known and signed", async () => {
    const rules = [imagePinned, imageKnown, imageSigned];
    const check = async (one: PlantedImage): Promise<void> => {
      assert.deepEqual(await countOf(rules, undefined, one), [0, 0, 0]);
    };
    await fc.assert(fc.asyncProperty(planted, check));
  });

  it("always find an image without a digest, wherever it is planted", async () => {
    const check = async (one: PlantedImage): Promise<void> => {
      assert.deepEqual(await countOf([imagePinned, imageKnown], UNPINNED, one), [1, 1]);
    };
    await fc.assert(fc.asyncProperty(planted, check));
  });

  it("always find an image that nobody pinned or signed, wherever it is planted", async () => {
    const check = async (one: PlantedImage): Promise<void> => {
      assert.deepEqual(await countOf([imageKnown, imageSigned], UNKNOWN, one), [1, 1]);
    };
    await fc.assert(fc.asyncProperty(planted, check));
  });
});
