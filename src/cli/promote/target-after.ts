import { loadStage, type LoadedStage } from "../../adapters/stage-loader.ts";
import type { PromotionPlan } from "../../delivery/promotion/promotion-plan.ts";
import { attribute, NO_REASONS, type Reasons } from "../../delivery/promotion/reasons.ts";
import type { Place, Refusal } from "../../model/refusal.ts";
import { editYaml, YamlEditError } from "../../model/yaml-edit.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import type { PromotionInputs } from "./promotion-inputs.ts";

/** The target as the promotion would leave it. */
export interface TargetAfter {
  /** Undefined where its files would be refused. */
  readonly loaded: LoadedStage | undefined;
  /** Among them everything that an application needs there and nobody has set yet. */
  readonly reasons: Reasons;
}

/** Reads the target's files as they would be. Nothing is written for it. */
export async function readTargetAfter(
  { project, common, target }: Pick<PromotionInputs, "project" | "common" | "target">,
  {
    to,
    applications,
    changes,
  }: Pick<PromotionPlan, "to" | "changes"> & {
    readonly applications: readonly { readonly name: string }[];
  },
): Promise<TargetAfter> {
  const { source } = target;
  const text = edited(source, changes);
  if (typeof text !== "string") return { loaded: undefined, reasons: { ...NO_REASONS, whole: [text] } };
  if (text === source.text) return { loaded: target, reasons: NO_REASONS };
  const loaded = await loadStage({ project, stage: to, text, common });
  if (loaded.kind === "accepted") return { loaded: loaded.value, reasons: NO_REASONS };
  const refusals = loaded.refusals.map((refusal) => ({ ...refusal, place: inPresentText(refusal.place, source) }));
  const names = applications.map(({ name }) => name);
  return { loaded: undefined, reasons: attribute(refusals, names) };
}

function edited(source: YamlSource, changes: PromotionPlan["changes"]): string | Refusal {
  if (changes.length === 0) return source.text;
  try {
    return editYaml(source, changes);
  } catch (error) {
    if (!(error instanceof YamlEditError)) throw error;
    return {
      code: "edit-in-place",
      place: { file: source.file },
      found: error.message,
      expected: "a file in which the pins can be changed, and nothing else",
      action: "write lockstep:pins as a plain mapping, one application after the other",
    };
  }
}

/** Lines are those of a text that nobody has seen: people look at the file as it is. */
function inPresentText(place: Place, source: YamlSource): Place {
  if (place.file !== source.file || place.path === undefined) return place;
  const parts = place.path.split(/[.[\]]+/).filter((part) => part !== "");
  const path = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return { ...source.placeOf(["config", ...path]), path: place.path };
}
