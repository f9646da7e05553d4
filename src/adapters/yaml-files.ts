import { readFile, stat } from "node:fs/promises";
import { relative } from "node:path";
import { accepted, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { MAX_YAML_BYTES, parseYamlSource, type YamlSource } from "../model/yaml-source.ts";
import { projectRoot } from "./project.ts";

/** As people would type it: relative to the project where it is inside. */
export function displayPath(path: string): string {
  const inside = relative(projectRoot, path);
  return inside === "" || inside.startsWith("..") ? path : inside;
}

/** Reads and parses a YAML file. A file that is not there, cannot be read or is no YAML is a refusal. */
export async function readYamlFile(path: string): Promise<Outcome<YamlSource>> {
  const text = await readTextFile(path);
  return text.kind === "refused" ? text : parseYamlSource(displayPath(path), text.value);
}

export async function readTextFile(path: string): Promise<Outcome<string>> {
  try {
    const { size } = await stat(path);
    if (size > MAX_YAML_BYTES) {
      return refused([
        {
          code: "file-too-large",
          place: { file: displayPath(path) },
          found: `${size} bytes`,
          expected: `at most ${MAX_YAML_BYTES} bytes`,
          action: "look at what was written into this file; git shows its last good version",
        },
      ]);
    }
    return accepted(await readFile(path, "utf8"));
  } catch (error) {
    return refused([unreadable(path, error)]);
  }
}

function unreadable(path: string, error: unknown): Refusal {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const missing = code === "ENOENT";
  return {
    code: missing ? "missing-file" : "unreadable-file",
    place: { file: displayPath(path) },
    found: missing ? "no such file" : `it cannot be read${code === "" ? "" : ` (${code})`}`,
    expected: "a file that can be read",
    action: missing ? "create it, or correct the name" : "look at its kind and permissions",
  };
}
