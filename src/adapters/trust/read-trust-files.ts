import { join } from "node:path";
import { digestOf, hexOf } from "../../model/digest.ts";
import { accepted, combine, type Outcome } from "../../model/refusal.ts";
import { TRUST_FILES, type TrustFileName } from "../../model/trust/trust-files.ts";
import { MAX_YAML_BYTES } from "../../model/yaml-source.ts";
import { trustFolder } from "../project.ts";
import { readPlainFile } from "../plain-files.ts";

/** The files of a trust folder that are there: read once, so that what is hashed is what is parsed. */
export type TrustFiles = ReadonlyMap<TrustFileName, Uint8Array>;

/** Reads the files that a root lists. Links and files that are no regular ones are refused. */
export function readTrustFiles(folder = trustFolder()): Outcome<TrustFiles> {
  const reads = TRUST_FILES.map((name) => [name, readPlainFile(join(folder, name), MAX_YAML_BYTES)] as const);
  const read = combine(Object.fromEntries(reads));
  if (read.kind === "refused") return read;
  return accepted(
    new Map(
      TRUST_FILES.flatMap((name) => {
        const bytes = read.value[name];
        return bytes === undefined ? [] : [[name, bytes] as const];
      }),
    ),
  );
}

/** The SHA-256 of each, hexadecimal, as roots list them. */
export function hashTrustFiles(files: TrustFiles): ReadonlyMap<string, string> {
  return new Map([...files].map(([name, bytes]) => [name, hexOf(digestOf(bytes))]));
}
