import type { ServedPack } from "./engine/server.ts";
import { Pack } from "./pack.ts";
import { applicationRules, rules } from "./rules.ts";
import type { StageContextLoader } from "./stage-context-loader.ts";
import { stagePresent } from "./stack-rules/stage-present.ts";

/** The pack as it is delivered: every rule, judging by the project's files. */
export function registeredPack(nowMs: number): ServedPack {
  let loading: Promise<StageContextLoader> | undefined;
  // Its modules are most of what the pack loads: that begins once the engine has its list of rules.
  const loader = (): Promise<StageContextLoader> => (loading ??= createLoader());
  return {
    pack: new Pack({
      rules,
      applicationRules,
      stackRules: [stagePresent],
      loadContext: async (project, stage) => (await loader()).load(project, stage),
      nowMs,
    }),
    prepare: async (project, stage) => (await loader()).prepare(project, stage),
  };
}

async function createLoader(): Promise<StageContextLoader> {
  const { StageContextLoader: Loader } = await import("./stage-context-loader.ts");
  return new Loader();
}
