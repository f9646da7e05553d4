import type { JudgedResource, Rule, Violation } from "../rule.ts";
import { parseUrn, PROVIDER_PREFIX, STACK_TYPE, STAGE_TYPE } from "../urn.ts";

const COMPONENTS = "lockstep:index:";
const KUBERNETES = "kubernetes:";
/** The program itself, its provider, and what reads the stack's own last outputs. */
const BESIDE_THE_STAGE = [STACK_TYPE, `${PROVIDER_PREFIX}kubernetes`, `${PROVIDER_PREFIX}pulumi`];

export const withinStage: Rule = {
  id: "within-stage",
  title: "everything is part of the Stage component, and Kubernetes' own",
  why: "what lies beside the stage, or is made by another provider, is part of no statement",
  fix: "deploy with the project's own program, and let an application's chart make the object",
  level: "mandatory",
  exemptible: false,
  check: refuseType,
};

function refuseType({ urn, type }: JudgedResource): readonly Violation[] {
  if (BESIDE_THE_STAGE.includes(type)) return [];
  if (!type.startsWith(COMPONENTS) && !type.startsWith(KUBERNETES)) {
    return [{ path: "", found: type, expected: "an object of Kubernetes, or a component of this project" }];
  }
  const [outermost] = parseUrn(urn).types;
  if (outermost === STAGE_TYPE) return [];
  return [{ path: "", found: `${type} below ${outermost ?? "nothing"}`, expected: `a part of ${STAGE_TYPE}` }];
}
