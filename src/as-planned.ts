import { takeSnapshot, snapshotDigest, type InputSnapshot } from "./adapters/input-snapshot.ts";
import type { LoadedStage } from "./adapters/stage-loader.ts";
import { digestOf, type Digest } from "./model/digest.ts";
import type { Refusal } from "./model/refusal.ts";
import { canonicalJson } from "./model/statements/canonical-json.ts";
import { toDesiredStates } from "./model/statements/desired-state.ts";

/**
 * Of everything that a plan was made from: the files as they lay there, and what was loaded from them, settings that
 * the gate leaves free among it.
 * @throws RefusalError where the catalogue computes values that are no JSON
 */
export function plannedDigest(loaded: LoadedStage, snapshot: InputSnapshot = takeSnapshot(loaded.stage.name)): Digest {
  const { stage, catalogue, stackFile, trust } = loaded;
  const desired = toDesiredStates({ project: stage.project, stage: stage.name, catalogue, stackFile }, [], stage);
  const { root } = trust;
  return digestOf(
    canonicalJson({
      inputs: snapshotDigest(snapshot),
      root: root === undefined ? null : { version: root.version, digest: root.digest },
      desired: Object.fromEntries([...desired].map(([name, { digest }]) => [name, digest])),
    }),
  );
}

/** What the program has against deploying something else than was shown; nothing where nobody has shown anything. */
export function refuseUnplanned(loaded: LoadedStage, planned: string | undefined): readonly Refusal[] {
  if (planned === undefined || planned === "") return [];
  const digest = plannedDigest(loaded);
  if (digest === planned) return [];
  return [
    {
      code: "not-as-shown",
      place: { file: loaded.source.file },
      found: `what lies here now (${digest}) is not what was shown (${planned}): a file was changed meanwhile`,
      expected: "the stack file, src/, policy/, the trust files and statements as they were when the plan was made",
      action: `look at git status, and plan again: npm run deploy -- ${loaded.stage.name}`,
    },
  ];
}
