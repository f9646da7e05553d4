import { join } from "node:path";
import { parseImageKeys, type ImageKeys } from "../model/image-keys.ts";
import { refused, type Outcome } from "../model/refusal.ts";
import type { SignerTrust } from "../model/trusted-signers.ts";
import { trustFolder } from "./project.ts";
import { loadTrust } from "./trust/load-trust.ts";
import { readYamlFile } from "./yaml-files.ts";

const WHERE_KEYS_ARE = "source .sandbox/env for the sandbox's keys, or list yours: docs/adopting.md";

/** The keys of trust/image-keys.yaml. */
export async function loadImageKeys(folder = trustFolder()): Promise<Outcome<ImageKeys>> {
  const source = await readYamlFile(join(folder, "image-keys.yaml"));
  if (source.kind === "accepted") return parseImageKeys(source.value);
  return refused(
    source.refusals.map((refusal) =>
      refusal.code === "missing-file" ? { ...refusal, action: WHERE_KEYS_ARE } : refusal,
    ),
  );
}

/** What signatures are judged by. Where nothing can count as image-keys.yaml is not there, that is the reason. */
export async function loadSignerTrust(): Promise<Outcome<SignerTrust>> {
  const trust = await loadTrust();
  if (trust.kind === "refused") return trust;
  const keys = await loadImageKeys();
  return keys.kind === "refused" ? keys : trust;
}
