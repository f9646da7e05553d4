import type { EngineEvent, PolicyEvent } from "../model/engine-events.ts";
import type { Refusal } from "../model/refusal.ts";
import { SET_ASIDE, UNDECIDED } from "./policy-wording.ts";

export type RuleLevel = "mandatory" | "advisory";

/** The pack that has to run. */
export interface ExpectedPack {
  readonly name: string;
  /** Every rule over resources, by its id. */
  readonly rules: ReadonlyMap<string, RuleLevel>;
  /** Every rule over the whole stack, by its id. */
  readonly stackRules: ReadonlyMap<string, RuleLevel>;
  /** Whose stack it judges. */
  readonly project: string;
  readonly stage: string;
}

/** What an engine's events say of a run. */
export interface PolicyRun {
  /** Everything that stands against it. */
  readonly refusals: readonly Refusal[];
  /** What advisory rules said, and what exemptions set aside. */
  readonly advice: readonly PolicyEvent[];
  /** The rules that judged every resource. */
  readonly rules: readonly string[];
  /** How many resources were judged. */
  readonly resources: number;
}

/** What the engine deletes or only looks at is not judged: there are no inputs. */
const NOT_JUDGED = new Set([
  "delete",
  "delete-replaced",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
  "refresh",
]);

/**
 * Judges a run by its events: the pack ran, with all its rules, on every resource, in every phase of the run, and said
 * nothing against it. Whatever is not proved is refused.
 * @param file the events' file, for people
 */
export function judgePolicyRun(events: readonly EngineEvent[], expected: ExpectedPack, file: string): PolicyRun {
  const phases = toPhases(events);
  const violations = events.flatMap((event) => (event.kind === "policy" ? [event.violation] : []));
  const judgements = violations.map((violation) => ({ violation, refusal: refuseViolation(violation, expected) }));
  const refusals = [
    ...refuseUnproved(phases, expected, file),
    ...eachOnce(judgements.flatMap(({ refusal }) => refusal ?? [])),
  ];
  return {
    refusals: refusals.length > 0 ? refusals : refuseFailedRun(events, phases, file),
    advice: eachOnce(judgements.flatMap(({ violation, refusal }) => (refusal === undefined ? [violation] : []))),
    rules: [...expected.rules.keys()].filter((rule) => phases.every((phase) => judgedAll(phase, expected.name, rule))),
    resources: new Set(phases.flatMap(({ resources }) => resources)).size,
  };
}

/** A preview or an update: what happened up to its summary. */
interface Phase {
  readonly resources: readonly string[];
  /** By pack and URN. */
  readonly judged: ReadonlyMap<string, readonly string[]>;
  readonly packs: readonly string[];
  readonly failed: boolean;
  /** Whether the engine said how it ended. */
  readonly ended: boolean;
}

function toPhases(events: readonly EngineEvent[]): readonly Phase[] {
  const ends = events.flatMap((event, index) => (event.kind === "summary" ? [{ event, index }] : []));
  const phases = ends.map(({ event, index }, number) =>
    toPhase(events.slice(ends[number - 1]?.index ?? 0, index), event.packs, event.result === "failed", true),
  );
  const rest = events.slice((ends.at(-1)?.index ?? -1) + 1);
  // What comes after the last summary is a phase that never ended, or words of farewell.
  const isUnended = phases.length === 0 || rest.some(({ kind }) => kind === "resource" || kind === "judged");
  return isUnended ? [...phases, toPhase(rest, [], true, false)] : phases;
}

function toPhase(events: readonly EngineEvent[], packs: readonly string[], failed: boolean, ended: boolean): Phase {
  const judged = new Map<string, readonly string[]>();
  for (const event of events) {
    if (event.kind !== "judged") continue;
    const key = keyOf(event.pack, event.urn);
    // A replaced resource is judged more than once: what counts is what every judgement had.
    const before = judged.get(key);
    judged.set(key, before === undefined ? event.rules : before.filter((rule) => event.rules.includes(rule)));
  }
  const resources = events.flatMap((event) =>
    event.kind === "resource" && !NOT_JUDGED.has(event.operation) ? [event.urn] : [],
  );
  return { resources: [...new Set(resources)], judged, packs, failed, ended };
}

function refuseUnproved(phases: readonly Phase[], expected: ExpectedPack, file: string): readonly Refusal[] {
  const { project, stage } = expected;
  return eachOnce(
    phases.flatMap((phase) => {
      if (!phase.ended) return [unproved(file, "events without an end: the run was cut off", expected)];
      if (!phase.packs.includes(expected.name)) {
        const found = phase.packs.length === 0 ? "no pack" : `the packs ${phase.packs.join(", ")}`;
        return [unproved(file, found, expected)];
      }
      const stranger = phase.resources.find((urn) => !urn.startsWith(`urn:pulumi:${stage}::${project}::`));
      if (stranger !== undefined) return [otherStack(file, stranger, expected)];
      if (phase.resources.length === 0 && !phase.failed) return [unproved(file, "a run without a resource", expected)];
      const missing = missingRules(phase, expected);
      return missing.length === 0 ? [] : [withoutRules(file, missing, phase, expected)];
    }),
  );
}

/** The engine asks the rules over the whole stack at the end, and not at all after a failure. */
function missingRules(phase: Phase, { name, rules, stackRules }: ExpectedPack): readonly string[] {
  const asked = phase.judged.get(keyOf(name, undefined)) ?? [];
  return [
    ...[...rules.keys()].filter((rule) => !judgedAll(phase, name, rule)),
    ...(phase.failed ? [] : [...stackRules.keys()].filter((rule) => !asked.includes(rule))),
  ];
}

function judgedAll({ resources, judged }: Phase, pack: string, rule: string): boolean {
  return resources.every((urn) => judged.get(keyOf(pack, urn))?.includes(rule) === true);
}

/** Without a URN: the whole stack. */
function keyOf(pack: string, urn: string | undefined): string {
  return JSON.stringify([pack, urn ?? ""]);
}

function unproved(file: string, found: string, { name }: ExpectedPack): Refusal {
  return {
    code: "policy-pack-did-not-run",
    place: { file },
    found,
    expected: `a run in which the policy pack ${name} judged every resource`,
    action: 'add --policy-pack "$PWD/policy/lockstep-policy"',
  };
}

function otherStack(file: string, urn: string, { project, stage }: ExpectedPack): Refusal {
  return {
    code: "events-of-another-stack",
    place: { file },
    found: urn,
    expected: `events of the stack ${stage} of the project ${project}`,
    action: `run pulumi with --stack ${stage}, and name its own event log`,
  };
}

function withoutRules(file: string, missing: readonly string[], phase: Phase, { name }: ExpectedPack): Refusal {
  const unjudged = phase.resources.find((urn) => !phase.judged.has(keyOf(name, urn)));
  const detail = unjudged === undefined ? "" : ` (not judged at all: ${unjudged})`;
  return {
    code: "policy-pack-did-not-run",
    place: { file },
    found: `a run without ${missing.join(", ")}${detail}`,
    expected: `every rule of the policy pack ${name}, on every resource`,
    action: "run with the pack as it is in the repository, without --policy-pack-config",
  };
}

/** What stands against the run in a rule's words, or undefined where it is advice. */
function refuseViolation(violation: PolicyEvent, expected: ExpectedPack): Refusal | undefined {
  const { rule, level, message } = violation;
  // Other packs stop the run by themselves where theirs is mandatory.
  const isOurs = violation.pack === expected.name;
  if (level === "mandatory") return toRefusal(violation, isOurs ? rule : `${violation.pack}/${rule}`);
  const asked = expected.rules.get(rule) ?? expected.stackRules.get(rule);
  if (!isOurs || asked !== "mandatory") return undefined;
  // In its first line alone: the rest may repeat what a chart's author wrote.
  if (message.startsWith(SET_ASIDE)) return undefined;
  const code = message.startsWith(UNDECIDED) ? "policy-undecided" : "policy-downgraded";
  return {
    ...toRefusal(violation, code),
    expected: `a decision of the mandatory rule ${rule}`,
    action:
      code === "policy-undecided"
        ? "let nothing that the rule reads depend on an output that a preview does not know"
        : "run with the pack as it is in the repository, without --policy-pack-config",
  };
}

function toRefusal({ rule, urn, message }: PolicyEvent, code: string): Refusal {
  return {
    code,
    place: { path: urn ?? "the stack" },
    found: message.trimEnd(),
    expected: `nothing against it from ${rule}`,
    action: "as it says",
  };
}

/** A run that failed for a reason of its own proves nothing about what it did not get to. */
function refuseFailedRun(events: readonly EngineEvent[], phases: readonly Phase[], file: string): readonly Refusal[] {
  if (!phases.some(({ failed }) => failed)) return [];
  const errors = events.flatMap((event) => (event.kind === "error" ? [event.message.trimEnd()] : []));
  return [
    {
      code: "run-failed",
      place: { file },
      found: errors.length === 0 ? "a run that failed" : errors.join("\n"),
      expected: "a run that came to its end",
      action: "correct what it names, and run again",
    },
  ];
}

/** A preview and its update, or the same pack attached twice, say the same. */
function eachOnce<T>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
