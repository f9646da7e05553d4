import { join } from "node:path";
import { isRecord } from "../model/json.ts";
import { accepted, refused, type Outcome } from "../model/refusal.ts";
import { projectRoot } from "./project.ts";
import { readYamlFile } from "./yaml-files.ts";

/** The project's name, as Pulumi.yaml has it. */
export async function readProjectName(): Promise<Outcome<string>> {
  const source = await readYamlFile(join(projectRoot, "Pulumi.yaml"));
  if (source.kind === "refused") return source;
  const name = isRecord(source.value.tree) ? source.value.tree["name"] : undefined;
  if (typeof name === "string" && name !== "") return accepted(name);
  const place = source.value.placeOf(["name"]);
  const found = "no name of the project";
  return refused([{ code: "no-project", place, found, expected: "name: …", action: "name the project" }]);
}
