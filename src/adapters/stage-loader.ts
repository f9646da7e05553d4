import { join } from "node:path";
import type { Catalogue } from "../model/catalogue.ts";
import { toEngineConfig, type EngineConfig } from "../model/engine-config.ts";
import { accepted, andThen, refusalsOf, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { parseStackConfig, parseStackFile, stackFileName, type StackFile } from "../model/stack-file.ts";
import { refuseStage } from "../model/stage-refusals.ts";
import { toStage, type Stage } from "../model/stage.ts";
import { findStage, parseStages, type StageDefinition, type Stages } from "../model/stages.ts";
import type { Trust } from "../model/trust/trust.ts";
import { parseYamlSource, type YamlSource } from "../model/yaml-source.ts";
import { loadCatalogue } from "./catalogue.ts";
import { projectRoot, trustFolder } from "./project.ts";
import { loadTrust } from "./trust/load-trust.ts";
import { displayPath, readYamlFile } from "./yaml-files.ts";

export interface StageLoad {
  readonly project: string;
  readonly stage: string;
  /** The configuration as the engine hands it to the program; without it the file's own values count. */
  readonly given?: Readonly<Record<string, string>>;
  /** What the stack file is to become, in place of its text. */
  readonly text?: string;
  /** Where several stages are loaded: what they have in common, loaded once. */
  readonly common?: CommonParts;
}

/** What all stages of a project share. */
export interface CommonParts {
  readonly catalogue: Outcome<Catalogue>;
  readonly trust: Outcome<Trust>;
}

export interface LoadedStage {
  readonly stage: Stage;
  readonly definition: StageDefinition;
  readonly catalogue: Catalogue;
  readonly trust: Trust;
  readonly stackFile: StackFile;
  readonly source: YamlSource;
  /** Only where the engine's configuration was given. */
  readonly engineConfig: EngineConfig | undefined;
}

export function stagesPath(): string {
  return join(trustFolder(), "stages.yaml");
}

/** The stages that stages.yaml describes, whoever wrote it: to name them where the trust is refused, never to judge. */
export async function readUnverifiedStages(path = stagesPath()): Promise<Outcome<Stages>> {
  const source = await readYamlFile(path);
  return source.kind === "refused" ? source : parseStages(source.value);
}

export async function loadStackFile(stage: string, root = projectRoot): Promise<Outcome<YamlSource>> {
  return readYamlFile(join(root, stackFileName(stage)));
}

export async function loadCommonParts(): Promise<CommonParts> {
  const [catalogue, trust] = await Promise.all([loadCatalogue(), loadTrust()]);
  return { catalogue, trust };
}

/** Reads everything that says what a stage is to be; all that is wrong with any of it is one refusal. */
export async function loadStage({ project, stage, given, text, common }: StageLoad): Promise<Outcome<LoadedStage>> {
  const [{ catalogue, trust }, source] = await Promise.all([
    common ?? loadCommonParts(),
    text === undefined ? loadStackFile(stage) : parseYamlSource(stackFileName(stage), text),
  ]);
  const definition = andThen(trust, ({ stages }) => findStage(stages, stage, displayPath(stagesPath())));
  if (source.kind === "refused") return refused([catalogue, definition, source].flatMap(refusalsOf));
  const engineConfig = given === undefined ? undefined : toEngineConfig(given, configOf(source.value));
  const parsed = parse(source.value, engineConfig);
  if (catalogue.kind === "refused" || trust.kind === "refused" || definition.kind === "refused") {
    return refused([...[catalogue, definition].flatMap(refusalsOf), ...parsed.refusals]);
  }
  const request = { project, stage, catalogue: catalogue.value, stackFile: parsed.stackFile };
  const refusals = [
    ...parsed.refusals,
    ...refuseStage({ ...request, definition: definition.value, positions: source.value }),
    ...(trust.value.stageRefusals.get(stage) ?? []),
    ...refuseDifferences(definition.value, engineConfig, source.value),
  ];
  if (refusals.length > 0) return refused(refusals);
  const { stackFile } = parsed;
  return accepted({
    stage: toStage(request),
    definition: definition.value,
    catalogue: catalogue.value,
    trust: trust.value,
    stackFile,
    source: source.value,
    engineConfig,
  });
}

/** With the engine's values, the file still has to be whole: what stands beside `config`, and its keys. */
function parse(source: YamlSource, engineConfig: EngineConfig | undefined): ReturnType<typeof parseStackFile> {
  const fromFile = parseStackFile(source);
  if (engineConfig === undefined || engineConfig.differences.length === 0) return fromFile;
  const { stackFile, refusals } = parseStackConfig(engineConfig.tree, source);
  const seen = new Set(refusals.map(identify));
  return { stackFile, refusals: [...refusals, ...fromFile.refusals.filter((refusal) => !seen.has(identify(refusal)))] };
}

function identify({ code, place }: Refusal): string {
  return JSON.stringify([code, place.line, place.column, place.path]);
}

/** In a gated stage the file is the whole truth. */
function refuseDifferences(
  { name, gated }: StageDefinition,
  engineConfig: EngineConfig | undefined,
  source: YamlSource,
): Refusal[] {
  if (!gated || engineConfig === undefined) return [];
  return engineConfig.differences.map((path) => ({
    code: "configuration-differs",
    place: { file: source.file, path },
    found: "a value that the file does not have (-c or --config-file?)",
    expected: `what the file says: ${name} is gated`,
    action: "run without -c and --config-file, and change the file instead",
  }));
}

function configOf({ tree }: YamlSource): unknown {
  return typeof tree === "object" && tree !== null && "config" in tree ? tree.config : undefined;
}
