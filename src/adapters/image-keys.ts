import { join } from "node:path";
import { parseImageKeys, type ImageKey } from "../model/image-keys.ts";
import type { Outcome } from "../model/refusal.ts";
import { trustFolder } from "./project.ts";
import { readYamlFile } from "./yaml-files.ts";

/** The keys of trust/image-keys.yaml. */
export async function loadImageKeys(folder = trustFolder()): Promise<Outcome<readonly ImageKey[]>> {
  const source = await readYamlFile(join(folder, "image-keys.yaml"));
  return source.kind === "refused" ? source : parseImageKeys(source.value);
}
