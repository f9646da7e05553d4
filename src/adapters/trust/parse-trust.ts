import { join } from "node:path";
import { NO_IMAGE_KEYS, parseImageKeys } from "../../model/image-keys.ts";
import { accepted, andThen, combine, refused, type Outcome, type Refusal } from "../../model/refusal.ts";
import { parseStages } from "../../model/stages.ts";
import { parseAdopted } from "../../model/trust/adopted.ts";
import { parseAllowedSigners } from "../../model/trust/allowed-signers.ts";
import { parseExemptions } from "../../model/trust/exemptions.ts";
import { parseRevocations } from "../../model/trust/revocations.ts";
import { parseRoles } from "../../model/trust/roles.ts";
import { findMisfits, type Misfits } from "../../model/trust/trust-misfits.ts";
import type { Trust } from "../../model/trust/trust.ts";
import { TRUSTED_ROOT_FILE, type TrustFileName } from "../../model/trust/trust-files.ts";
import { parseYamlSource, type YamlSource } from "../../model/yaml-source.ts";
import { displayPath } from "../yaml-files.ts";
import type { TrustFiles } from "./read-trust-files.ts";

/** What the files say, whoever wrote them. */
export type TrustContent = Omit<Trust, "stageRefusals" | "root" | "newestRoot">;

/** Parses the very bytes that were read, and hashed. Files that are not there are empty, but for stages.yaml. */
export function parseTrust(folder: string, files: TrustFiles): Outcome<TrustContent> {
  return combine(parseFiles(folder, files));
}

/** Where these files do not fit each other: groups, principals, stages. */
export function misfitsOf(folder: string, files: TrustFiles, content: TrustContent): Misfits {
  return findMisfits(content, (name, path) => {
    const source = yamlSource(folder, files, name);
    return source?.kind === "accepted" ? source.value.placeOf(path) : { file: pathOf(folder, name) };
  });
}

function parseFiles(folder: string, files: TrustFiles) {
  const yaml = <T>(name: TrustFileName, parse: (source: YamlSource) => Outcome<T>, empty: T): Outcome<T> => {
    const source = yamlSource(folder, files, name);
    return source === undefined ? accepted(empty) : andThen(source, parse);
  };
  const text = (name: TrustFileName): Outcome<string | undefined> => readText(folder, files, name);
  return {
    stages:
      yamlSource(folder, files, "stages.yaml") === undefined
        ? missingStages(folder)
        : yaml("stages.yaml", parseStages, new Map()),
    roles: yaml("roles.yaml", parseRoles, new Map()),
    allowedSigners: andThen(text("allowed_signers"), (signers) =>
      parseAllowedSigners(pathOf(folder, "allowed_signers"), signers ?? ""),
    ),
    imageKeys: yaml("image-keys.yaml", parseImageKeys, NO_IMAGE_KEYS),
    adopted: yaml("adopted.yaml", parseAdopted, []),
    revocations: yaml("revoked.yaml", parseRevocations, { keys: [], digests: [], statements: [] }),
    exemptions: yaml("exemptions.yaml", parseExemptions, []),
    trustedRoot: text(TRUSTED_ROOT_FILE),
  };
}

function yamlSource(folder: string, files: TrustFiles, name: TrustFileName): Outcome<YamlSource> | undefined {
  const bytes = files.get(name);
  // As readFile decodes it: what is not UTF-8 becomes U+FFFD, which the parser refuses.
  return bytes === undefined ? undefined : parseYamlSource(pathOf(folder, name), decode(bytes));
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function readText(folder: string, files: TrustFiles, name: TrustFileName): Outcome<string | undefined> {
  const bytes = files.get(name);
  if (bytes === undefined) return accepted(undefined);
  const text = decode(bytes);
  // U+FFFD stands for what was not UTF-8: the text would not be what was hashed.
  if (!text.includes("\uFFFD")) return accepted(text);
  const place = { file: pathOf(folder, name) };
  const found = "bytes that are not UTF-8 text";
  return refused([{ code: "not-text", place, found, expected: "UTF-8 text", action: "git checkout this file" }]);
}

function missingStages(folder: string): Outcome<never> {
  const refusal: Refusal = {
    code: "missing-file",
    place: { file: pathOf(folder, "stages.yaml") },
    found: "no such file",
    expected: "the stages, where each takes its versions from, and its gate",
    action: "create it, or correct LOCKSTEP_TRUST",
  };
  return refused([refusal]);
}

function pathOf(folder: string, name: TrustFileName): string {
  return displayPath(join(folder, name));
}
