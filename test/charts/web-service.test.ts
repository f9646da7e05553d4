import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { CHARTS_FOLDER } from "../../sandbox/samples/chart.ts";

/** What of JSON Schema is looked at here. */
interface Schema {
  readonly type?: string | readonly string[] | undefined;
  readonly additionalProperties?: boolean | Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly definitions?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
}

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    additionalProperties: z.union([z.boolean(), schemaSchema]).optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    definitions: z.record(z.string(), schemaSchema).optional(),
    items: schemaSchema.optional(),
  }),
);

function readChart(name: string): string {
  return readFileSync(join(CHARTS_FOLDER, "web-service", name), "utf8");
}

/** Paths of objects in which a misspelt name would pass: neither closed nor a map of described values. */
function openObjects(schema: Schema, path: string): readonly string[] {
  const { type, additionalProperties, properties = {}, definitions = {}, items } = schema;
  const children = [
    ...Object.entries({ ...properties, ...definitions }),
    ...(items === undefined ? [] : [["items", items] as const]),
    ...(typeof additionalProperties === "object" ? [["*", additionalProperties] as const] : []),
  ];
  return [
    ...(type === "object" && (additionalProperties ?? true) === true ? [path] : []),
    ...children.flatMap(([name, child]) => openObjects(child, `${path}.${name}`)),
  ];
}

describe("the values of charts/web-service", () => {
  const schema = schemaSchema.parse(JSON.parse(readChart("values.schema.json")));
  const values = z.record(z.string(), z.unknown()).parse(parse(readChart("values.yaml")));

  it("are closed everywhere, so that a misspelt value fails the render", () => {
    assert.deepEqual(openObjects(schema, "values"), []);
  });

  it("are all listed with their defaults", () => {
    assert.deepEqual(Object.keys(values).sort(), Object.keys(schema.properties ?? {}).sort());
    for (const name of ["image", "route"]) {
      const listed = z.record(z.string(), z.unknown()).parse(values[name]);
      assert.deepEqual(Object.keys(listed).sort(), Object.keys(schema.properties?.[name]?.properties ?? {}).sort());
    }
  });

  it("have no default image: what runs is always said by the caller", () => {
    assert.deepEqual(values["image"], { repository: "", tag: "", digest: "" });
  });
});

describe("the templates of charts/web-service", () => {
  const names = ["_names.tpl", "deployment.yaml", "httproute.yaml", "ingress.yaml", "poddisruptionbudget.yaml"];

  for (const name of [...names, "service.yaml", "serviceaccount.yaml"]) {
    it(`render the same bytes every time: nothing random, no time, no cluster look-up, no hook in ${name}`, () => {
      const template = readChart(join("templates", name));
      assert.doesNotMatch(template, /\b(?:rand[A-Z]\w*|uuidv4|now|lookup|gen[A-Z]\w*|helm\.sh\/hook)\b/);
    });
  }
});
