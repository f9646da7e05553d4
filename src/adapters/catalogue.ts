import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Application } from "../model/application.ts";
import { toCatalogue, type Catalogue, type CatalogueEntry } from "../model/catalogue.ts";
import { refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { holdingProcess, importModule } from "./catalogue-module.ts";
import { isMissing } from "./plain-files.ts";
import { projectRoot } from "./project.ts";
import { displayPath } from "./yaml-files.ts";

/** Of a file; a large catalogue loads within a second or two on a busy machine. */
const DEADLINE_MS = 10_000;

/** Loads every file of the catalogue; each defines one application and is named after it. */
export async function loadCatalogue(
  folder = join(projectRoot, "src", "applications"),
  deadlineMs = DEADLINE_MS,
): Promise<Outcome<Catalogue>> {
  const found = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (found === undefined) return refused([noCatalogue(folder)]);
  const names = found.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
  const files = await holdingProcess(() => Promise.all(names.map((name) => loadEntry(join(folder, name), deadlineMs))));
  const refusals = files.filter((file) => "code" in file);
  if (refusals.length > 0) return refused(refusals);
  return toCatalogue(files.filter((file) => "application" in file));
}

async function loadEntry(path: string, deadlineMs: number): Promise<CatalogueEntry | Refusal> {
  const file = displayPath(path);
  try {
    const module = await importModule(path, deadlineMs);
    const applications = Object.values(module).filter(isApplication);
    const [application] = applications;
    const expectedName = file.slice(file.lastIndexOf("/") + 1, -".ts".length);
    if (applications.length === 1 && application?.name === expectedName) return { file, application };
    return {
      code: "invalid-catalogue",
      place: { file },
      found: applications.length === 0 ? "no application" : applications.map(({ name }) => name).join(", "),
      expected: `one exported application({ name: "${expectedName}", … })`,
      action: "one file per application, named after it",
    };
  } catch (error) {
    return {
      code: "invalid-catalogue",
      place: { file },
      found: error instanceof Error ? error.message : String(error),
      expected: "a file that loads",
      action: "npm run typecheck shows what is wrong",
    };
  }
}

function noCatalogue(folder: string): Refusal {
  return {
    code: "no-catalogue",
    place: { file: displayPath(folder) },
    found: "no such folder",
    expected: "the catalogue: one file per application",
    action: "run it in the project, or correct LOCKSTEP_PROJECT",
  };
}

function isApplication(value: unknown): value is Application {
  return typeof value === "object" && value !== null && "name" in value && "toValues" in value && "chart" in value;
}
