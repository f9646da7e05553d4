import type { LoadedStage } from "../../adapters/stage-loader.ts";
import type { PolicyEvent } from "../../model/engine-events.ts";
import type { Place, Refusal } from "../../model/refusal.ts";

/** Says where a rule's violation comes from in the stage's files, and takes its words apart again. */
export function placePolicyRefusal(refusal: Refusal, loaded: LoadedStage): Refusal {
  const { path } = refusal.place;
  if (path?.startsWith("urn:") !== true) return refusal;
  const words = partsOf(refusal.found);
  const place = { ...placeOf(path, loaded), path: words?.where ?? path };
  if (words === undefined) return { ...refusal, place };
  const { found, expected, action } = words;
  // What a rule could not decide has its own advice already.
  if (refusal.code === "policy-undecided" || refusal.code === "policy-downgraded") return { ...refusal, place, found };
  return { code: refusal.code, place, found, expected, action };
}

/** What an advisory rule says, or an exemption set aside. */
export function toAdvice({ rule, urn, message }: PolicyEvent, loaded: LoadedStage): Refusal {
  const path = urn ?? "the stack";
  const found = message.trimEnd();
  return placePolicyRefusal({ code: rule, place: { path }, found, expected: "no need to say so", action: "" }, loaded);
}

/** The pin of the application that the resource belongs to, else the stage's file. */
function placeOf(urn: string, { stage, source }: LoadedStage): Place {
  const name = urn.split("::").at(-1) ?? "";
  const types = urn.split("::").at(-2) ?? "";
  const owners = stage.applications
    .map(({ application }) => application.name)
    // An object of a chart is named `<application>:<namespace>/<object>`, everything else after its application.
    .filter(
      (application) => name === application || name.startsWith(`${application}:`) || name.startsWith(`${application}-`),
    );
  const owner = types.includes("lockstep:index:Application")
    ? owners.toSorted((left, right) => right.length - left.length)[0]
    : undefined;
  return owner === undefined ? { file: source.file } : source.placeOf(["config", "lockstep:pins", owner]);
}

interface Words {
  readonly where: string;
  readonly found: string;
  readonly expected: string;
  readonly action: string;
}

const LABELS = { found: "  found     ", expected: "  expected  ", action: "  try       " } as const;
const CONTINUATION = "\n            ";

/** Undoes `renderRefusals` for one refusal, after the rule's description; undefined where it is something else. */
function partsOf(message: string): Words | undefined {
  const [head = "", ...rest] = message.split(`\n${LABELS.found}`);
  const [found = "", ...afterFound] = rest.join(`\n${LABELS.found}`).split(`\n${LABELS.expected}`);
  const [expected = "", ...afterExpected] = afterFound.join(`\n${LABELS.expected}`).split(`\n${LABELS.action}`);
  if (rest.length === 0 || afterFound.length === 0 || afterExpected.length === 0) return undefined;
  const action = afterExpected.join(`\n${LABELS.action}`);
  const [, ...where] = head.split("\n");
  return {
    where: where.join("; "),
    found: unfold(found),
    expected: unfold(expected),
    action: unfold(action.split("\n\n")[0] ?? action),
  };
}

function unfold(text: string): string {
  return text.replaceAll(CONTINUATION, "\n");
}
