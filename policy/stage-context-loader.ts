import { checkCoverage } from "../src/coverage.ts";
import { desiredStatesOf } from "../src/desired-states.ts";
import { SignatureChecks } from "../src/adapters/signatures/signature-checks.ts";
import { loadStage, type LoadedStage } from "../src/adapters/stage-loader.ts";
import { accepted, RefusalError, refused, type Outcome } from "../src/model/refusal.ts";
import type { StageContext } from "./stage-context.ts";

/** Reads each stage once per run, and starts to ask for signatures before the first rule does. */
export class StageContextLoader {
  readonly #contexts = new Map<string, Promise<Outcome<StageContext>>>();

  /** The stage of a stack, or everything that is wrong with its files. */
  load(project: string, stage: string): Promise<Outcome<StageContext>> {
    const key = JSON.stringify([project, stage]);
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const loading = loadContext(project, stage);
    this.#contexts.set(key, loading);
    return loading;
  }

  /** Nothing is decided here; who asks later gets the same answers, and the same failures. */
  async prepare(project: string, stage: string): Promise<void> {
    const context = await this.load(project, stage).catch(() => undefined);
    if (context?.kind !== "accepted") return;
    const { coverage, loaded, refuseSignature } = context.value;
    const pins = loaded.stage.applications.map(({ pin }) => pin);
    const questions = [
      coverage(),
      ...pins.flatMap(({ image, chart }) => [refuseSignature(image, "image"), refuseSignature(chart, "chart")]),
    ];
    await Promise.allSettled(questions);
  }
}

async function loadContext(project: string, stage: string): Promise<Outcome<StageContext>> {
  try {
    const outcome = await loadStage({ project, stage });
    return outcome.kind === "refused" ? outcome : accepted(toContext(project, stage, outcome.value));
  } catch (error) {
    if (error instanceof RefusalError) return refused(error.refusals);
    throw error;
  }
}

function toContext(project: string, stage: string, loaded: LoadedStage): StageContext {
  const { trust } = loaded;
  const signatures = new SignatureChecks(trust, stage);
  let checking: ReturnType<typeof checkCoverage> | undefined;
  return {
    project,
    stage,
    loaded,
    trust,
    desiredDigests: new Map([...desiredStatesOf(loaded)].map(([name, { digest }]) => [name, digest])),
    coverage: () => (checking ??= checkCoverage(loaded)),
    refuseSignature: (reference, kind) => signatures.refuse(reference, kind),
  };
}
