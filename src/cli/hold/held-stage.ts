import { loadStackFile, readUnverifiedStages, stagesPath } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { accepted, andThen, refused, type Outcome } from "../../model/refusal.ts";
import { parseStackFile, type StackFile } from "../../model/stack-file.ts";
import { findStage } from "../../model/stages.ts";
import type { YamlSource } from "../../model/yaml-source.ts";

export interface HeldStage {
  readonly source: YamlSource;
  readonly stackFile: StackFile;
}

/** A stage's file. Its name is all that is asked of the trust: a brake works where an anchor is missing, too. */
export async function readHeldStage(stage: string): Promise<Outcome<HeldStage>> {
  const stages = await readUnverifiedStages();
  const definition = andThen(stages, (all) => findStage(all, stage, displayPath(stagesPath())));
  if (definition.kind === "refused") return definition;
  return andThen(await loadStackFile(stage), (source) => {
    const { stackFile, refusals } = parseStackFile(source);
    return refusals.length > 0 ? refused(refusals) : accepted({ source, stackFile });
  });
}
