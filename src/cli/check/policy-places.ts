import { join } from "node:path";
import { trustFolder } from "../../adapters/project.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { SET_ASIDE } from "../../delivery/policy-wording.ts";
import type { PolicyEvent } from "../../model/engine-events.ts";
import type { Refusal } from "../../model/refusal.ts";
import { lineOfRule } from "./rule-line.ts";

/**
 * Says where a rule's violation comes from in the stage's files, and takes its words apart again. What it is about
 * (rule, object and the path inside) stays in the place.
 */
export function placePolicyRefusal(refusal: Refusal, loaded: LoadedStage): Refusal {
  const { path } = refusal.place;
  if (path?.startsWith("urn:") !== true) return refusal;
  const words = partsOf(refusal.found);
  const { code: rule } = refusal;
  const position = lineOfRule(
    { rule, urn: path, about: words?.where ?? "", found: words?.found ?? refusal.found },
    loaded,
  );
  if (words === undefined) return { ...refusal, place: { ...position, path: `${rule}: ${path}` } };
  const { where, found, expected, action } = words;
  const place = { ...position, path: where };
  // What a rule could not decide has its own advice already.
  if (refusal.code === "policy-undecided" || refusal.code === "policy-downgraded") return { ...refusal, place, found };
  return { code: refusal.code, place, found, expected, action };
}

/** What an advisory rule says, or an exemption set aside. */
export function toAdvice({ rule, urn, message }: PolicyEvent, loaded: LoadedStage): Refusal {
  const found = message.trimEnd();
  const said = {
    code: rule,
    place: { path: urn ?? "the stack" },
    found,
    expected: "nothing to advise",
    action: "as it says",
  };
  const placed = placePolicyRefusal(said, loaded);
  if (rule !== "exemptions") return placed;
  return { ...placed, place: { ...placed.place, ...exemptionsFile() } };
}

/** What the rule `exemptions` speaks of stands in a trust file, and in no stack file. */
function exemptionsFile(): { readonly file: string } {
  return { file: displayPath(join(trustFolder(), "exemptions.yaml")) };
}

interface Words {
  /** Rule, object and path, as `renderViolation` of the pack wrote them. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
  readonly action: string;
}

const LABELS = { found: "  found     ", expected: "  expected  ", action: "  try       " } as const;
const CONTINUATION = "\n            ";

/**
 * Undoes the pack's `renderViolation`, with the line of an exemption before it where there is one; undefined where it
 * is something else, or more than one refusal.
 */
function partsOf(message: string): Words | undefined {
  const [head = "", ...rest] = message.split(`\n${LABELS.found}`);
  const [found = "", ...afterFound] = rest.join(`\n${LABELS.found}`).split(`\n${LABELS.expected}`);
  const [expected = "", ...afterExpected] = afterFound.join(`\n${LABELS.expected}`).split(`\n${LABELS.action}`);
  if (rest.length !== 1 || afterFound.length === 0 || afterExpected.length === 0) return undefined;
  const action = afterExpected.join(`\n${LABELS.action}`);
  const lines = head.split("\n");
  const note = lines.slice(0, -1).find((line) => line.startsWith(SET_ASIDE));
  return {
    where: lines.at(-1) ?? head,
    found: note === undefined ? unfold(found) : `${unfold(found)}\n(${note})`,
    expected: unfold(expected),
    action: unfold(action),
  };
}

function unfold(text: string): string {
  return text.replaceAll(CONTINUATION, "\n").trimEnd();
}
