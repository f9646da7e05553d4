import semver from "semver";
import { GO_RANGE, type Recipe, type ToolName } from "./catalogue.ts";
import type { Refusal } from "../src/model/refusal.ts";

/** A program found on this machine. */
export interface Candidate {
  readonly path: string;
  /** Undefined where the program does not tell it. */
  readonly version: string | undefined;
  /** Its companions that do not lie in the same folder (catalogue.ts, `beside`). */
  readonly missingBeside: readonly ToolName[];
}

/** What the folder of built tools holds of one tool. */
export interface BuildState {
  /** Of the module folder and the recipe as they are now. */
  readonly inputDigest: string;
  /** As recorded by the last build; undefined where there was none. */
  readonly builtFrom: string | undefined;
  /** Whether everything which that build left is still there, complete. */
  readonly complete: boolean;
}

export type Choice =
  | { readonly kind: "installed"; readonly path: string; readonly version: string }
  | { readonly kind: "built" }
  | { readonly kind: "to-build" };

/** What was looked at for one tool, and what came of it. */
export interface Decision {
  readonly name: ToolName;
  readonly recipe: Recipe;
  readonly candidates: readonly Candidate[];
  readonly choice: Choice;
}

export function acceptedRange(recipe: Recipe): string | undefined {
  return recipe.kind === "program" && recipe.installed.kind !== "beside" ? recipe.installed.accepts : undefined;
}

/** The first candidate in the accepted range; else what was built from the same content; else a build. */
export function chooseTool(recipe: Recipe, candidates: readonly Candidate[], state: BuildState): Choice {
  const range = acceptedRange(recipe);
  for (const { path, version, missingBeside } of range === undefined ? [] : candidates) {
    if (version !== undefined && missingBeside.length === 0 && isInRange(version, range ?? "")) {
      return { kind: "installed", path, version };
    }
  }
  return state.complete && state.builtFrom === state.inputDigest ? { kind: "built" } : { kind: "to-build" };
}

function isInRange(version: string, range: string): boolean {
  // Distributions append words such as "-dispatcher" to what is a release.
  return semver.satisfies(version, range, { includePrerelease: true });
}

/** The Go on this machine; undefined where there is none. */
export interface GoFound {
  readonly path: string;
  readonly version: string | undefined;
}

export interface UsableGo extends GoFound {
  readonly version: string;
}

export function canBuild(go: GoFound | undefined): go is UsableGo {
  return go?.version !== undefined && isInRange(go.version, GO_RANGE);
}

/** One refusal that names everything missing, so that people install once. */
export function refuseMissingTools(missing: readonly Decision[], go: GoFound | undefined): Refusal {
  const files = missing.filter(({ recipe }) => recipe.kind === "files");
  const programs = missing.filter(({ recipe }) => recipe.kind === "program");
  const goRange = GO_RANGE.replace(">=", ">= ");
  const installable = files.length === 0 && programs.length > 0;
  return {
    code: "tools-missing",
    place: { path: missing.map(({ name }) => name).join(", ") },
    found: [...missing.map(describeFound), describeGo(go)].join("\n"),
    expected: [
      ...programs.map(describeExpected),
      ...files.map(({ name }) => `${name}: files of a Go module, fetched with Go ${goRange}`),
      `${installable ? "or " : ""}Go ${goRange} on the PATH, to build ${missing.length === 1 ? "it" : "them"}`,
    ].join("\n"),
    action: installable
      ? `install the tools above in these versions, or install Go ${goRange}; then run the command again`
      : `install Go ${goRange}; then run the command again`,
  };
}

function describeFound({ name, candidates }: Decision): string {
  if (candidates.length === 0) return `${name}: not installed`;
  return `${name}: ${candidates.map(describeCandidate).join(", ")}`;
}

function describeCandidate({ path, version, missingBeside }: Candidate): string {
  const lacking = missingBeside.length === 0 ? "" : ` without ${missingBeside.join(", ")} beside it`;
  return `${version ?? "unknown version"} (${path})${lacking}`;
}

function describeExpected({ name, recipe }: Decision): string {
  if (recipe.kind === "program" && recipe.installed.kind === "beside") {
    return `${name}: comes with ${recipe.installed.companionOf}`;
  }
  const where =
    recipe.kind === "program" && recipe.installed.kind === "plugin"
      ? `as a plugin: pulumi plugin install resource ${recipe.installed.plugin} <version>`
      : "on the PATH";
  return `${name} ${acceptedRange(recipe) ?? ""} ${where}`;
}

function describeGo(go: GoFound | undefined): string {
  if (go === undefined) return "Go: not installed";
  if (canBuild(go)) return `Go: ${go.version} (${go.path})`;
  return `Go: ${go.version ?? "unknown version"} (${go.path}), too old`;
}
