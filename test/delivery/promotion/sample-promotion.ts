import {
  draftPromotion,
  planPromotion,
  type PromotionPlan,
  type PromotionRequest,
} from "../../../src/delivery/promotion/promotion-plan.ts";
import { chainsOf } from "../../../src/delivery/coverage/statement-chain.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { Outcome } from "../../../src/model/refusal.ts";
import { editYaml } from "../../../src/model/yaml-edit.ts";
import { catalogue, DIGEST, sourceOf, STACK_FILE, stackFileOf, withText } from "../../model/sample-stage.ts";
import { ADA, baseline, prod, T0, trust } from "../coverage/sample-court.ts";

/** A promotion from preprod to prod that nothing stands against; tests break one thing of it. */
export const HOUR = 3_600_000;

/** An image of the sample platform, with another tag and its own digest. */
export function imageOf(name: string, tag: string): string {
  return `registry.example.com/ehealth/${name}:${tag}@${digestOf(`${name} ${tag}`)}`;
}

const BEFORE: Readonly<Record<string, string>> = { appointments: "1.4.2", portal: "2.3.0", "status-page": "0.9.3" };

/** A stack file with another image of an application. */
export function withImage(name: string, image: string, text = STACK_FILE): string {
  return withText(`registry.example.com/ehealth/${name}:${BEFORE[name] ?? ""}@${DIGEST}`, image, text);
}

/** The source: two applications are ahead of the target. */
export const SOURCE = withImage(
  "appointments",
  imageOf("appointments", "1.5.0"),
  withImage("portal", imageOf("portal", "2.4.0")),
);

export interface Case extends Partial<Omit<PromotionRequest, "source" | "target">> {
  readonly source?: string;
  readonly target?: string;
}

export function requestOf({ source = SOURCE, target = STACK_FILE, ...rest }: Case = {}): PromotionRequest {
  return {
    ...{ from: "preprod", to: prod, names: [], catalogue, trust, promoter: ADA.principal, acceptDowntime: false },
    nowMs: T0 + 24 * HOUR,
    stagesFile: "trust/stages.yaml",
    chains: chainsOf([baseline()]),
    placeOf: (path) => sourceOf(target).placeOf(path),
    ...rest,
    source: stackFileOf(source),
    target: stackFileOf(target),
  };
}

export function plan(one: Case = {}): Outcome<PromotionPlan> {
  return planPromotion(requestOf(one));
}

/** Which applications the plan moves, whatever stands against it. */
export function movedBy(one: Case = {}): readonly string[] {
  return draftPromotion(requestOf(one)).plan.applications.map(({ name }) => name);
}

/** The target as the plan leaves it. */
export function applied({ changes }: PromotionPlan, target = STACK_FILE): string {
  return editYaml(sourceOf(target), changes);
}
