import type { Refusal } from "../refusal.ts";
import type { Root } from "./root.ts";
import { REQUIRED_TRUST_FILES } from "./trust-files.ts";

/** SHA-256 of what is there, hexadecimal, by name. */
export interface FoundFiles {
  /** For people. */
  readonly trustFolder: string;
  readonly files: ReadonlyMap<string, string>;
  readonly rules: ReadonlyMap<string, string>;
}

const TO_EDIT = "npm run trust -- edit, and let the owners sign";

/** Every file of trust/ and policy/ that is not as the root lists it. */
export function refuseFiles(root: Root, { trustFolder, files, rules }: FoundFiles): readonly Refusal[] {
  const unlisted = REQUIRED_TRUST_FILES.filter((name) => !root.files.has(name) && !files.has(name));
  return [
    ...unlisted.map((name) => refusal("trust-file-missing", `${trustFolder}/${name}`, "no such file", root)),
    ...differences(root, root.files, files, "trust-file", (name) => `${trustFolder}/${name}`),
    ...differences(root, root.rules, rules, "rule", (name) => name),
  ];
}

function differences(
  root: Root,
  listed: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
  kind: "trust-file" | "rule",
  pathOf: (name: string) => string,
): Refusal[] {
  return [...new Set([...listed.keys(), ...found.keys()])].flatMap((name) => {
    if (!found.has(name)) return [refusal(`${kind}-missing`, pathOf(name), "no such file", root)];
    if (!listed.has(name))
      return [
        refusal(`${kind}-unlisted`, pathOf(name), `a file that was added since root ${root.version} was signed`, root),
      ];
    if (listed.get(name) === found.get(name)) return [];
    return [refusal(`${kind}-changed`, pathOf(name), `changed since root ${root.version} was signed`, root)];
  });
}

function refusal(code: string, file: string, found: string, { version }: Root): Refusal {
  // Also what git ignores: an editor's or a system's file in policy/ is part of the pack as any other.
  const undo = code.endsWith("-unlisted") ? "remove it" : "take the change back";
  return { code, place: { file }, found, expected: `what root ${version} lists`, action: `${undo}, or ${TO_EDIT}` };
}
