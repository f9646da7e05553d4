import { join } from "node:path";
import { parseImageKeys, type ImageKey } from "../model/image-keys.ts";
import { refused, type Outcome } from "../model/refusal.ts";
import { trustFolder } from "./project.ts";
import { readYamlFile } from "./yaml-files.ts";

const WHERE_KEYS_ARE = "source .sandbox/env for the sandbox's keys, or list yours: docs/adopting.md";

/** The keys of trust/image-keys.yaml. */
export async function loadImageKeys(folder = trustFolder()): Promise<Outcome<readonly ImageKey[]>> {
  const source = await readYamlFile(join(folder, "image-keys.yaml"));
  if (source.kind === "accepted") return parseImageKeys(source.value);
  return refused(
    source.refusals.map((refusal) =>
      refusal.code === "missing-file" ? { ...refusal, action: WHERE_KEYS_ARE } : refusal,
    ),
  );
}
