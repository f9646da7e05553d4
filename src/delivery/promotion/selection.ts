import type { Catalogue } from "../../model/catalogue.ts";
import type { Pin } from "../../model/pin.ts";
import type { Refusal } from "../../model/refusal.ts";
import { stackFileName, type StackFile } from "../../model/stack-file.ts";
import { absence } from "../../model/stage.ts";
import type { Chain } from "../coverage/statement-chain.ts";
import { isSamePin } from "../pin-step.ts";
import { NO_REASONS, type Reasons } from "./reasons.ts";
import { statedPin } from "./version-order.ts";

export interface SelectionRequest {
  readonly from: string;
  readonly to: string;
  /** Of the catalogue; empty: everything that differs. */
  readonly names: readonly string[];
  readonly catalogue: Catalogue;
  readonly source: StackFile;
  readonly target: StackFile;
  /** Of the target. */
  readonly chains: ReadonlyMap<string, Chain>;
}

/** An application that would have gone, and does not. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface Selection {
  /** The pins of the source that go, by application. */
  readonly moved: ReadonlyMap<string, Pin>;
  readonly leftOut: readonly LeftOut[];
  /** Against applications that were named and cannot go. */
  readonly reasons: Reasons;
}

/** Which applications go: those that were named, else everything that the target does not have already. */
export function selectVersions(request: SelectionRequest): Selection {
  const { names, catalogue } = request;
  if (names.length > 0) return selectNamed(request, [...new Set(names)].toSorted());
  const moved = new Map<string, Pin>();
  const leftOut: LeftOut[] = [];
  for (const name of catalogue.keys()) {
    const pin = request.source.pins.get(name);
    if (pin === undefined || isThere(request, name, pin)) continue;
    const reason = whereDisabled(request, name);
    if (reason === undefined) moved.set(name, pin);
    else leftOut.push({ name, reason });
  }
  return { moved, leftOut, reasons: NO_REASONS };
}

function selectNamed(request: SelectionRequest, names: readonly string[]): Selection {
  const moved = new Map<string, Pin>();
  const leftOut: LeftOut[] = [];
  const reasons = new Map<string, readonly Refusal[]>();
  for (const name of names) {
    const pin = request.source.pins.get(name);
    if (pin !== undefined && isThere(request, name, pin)) {
      leftOut.push({ name, reason: `${request.to} has this version already` });
      continue;
    }
    const refusals = refuseAbsent(request, name, pin);
    if (refusals.length > 0) reasons.set(name, refusals);
    else if (pin !== undefined) moved.set(name, pin);
  }
  return { moved, leftOut, reasons: { whole: [], applications: reasons } };
}

/** A pin that was written by hand is not there yet: no statement brought it. */
function isThere({ target, chains }: SelectionRequest, name: string, pin: Pin): boolean {
  return isSamePin(target.pins.get(name), pin) && isSamePin(statedPin(chains.get(name)), pin);
}

function whereDisabled({ source, target, from, to }: SelectionRequest, name: string): string | undefined {
  if (absence(name, target) === "disabled") return `disabled in ${to}: it would run nowhere`;
  return absence(name, source) === "disabled" ? `disabled in ${from}: nothing was proven there` : undefined;
}

function refuseAbsent(request: SelectionRequest, name: string, pin: Pin | undefined): readonly Refusal[] {
  const { from, to } = request;
  if (pin === undefined) {
    return [
      {
        code: "not-in-source",
        place: { file: stackFileName(from), path: `lockstep:pins.${name}` },
        found: `no pin of ${name} in ${from}`,
        expected: `a version that runs in ${from}`,
        action: `bring ${name} to ${from} first`,
      },
    ];
  }
  const reason = whereDisabled(request, name);
  if (reason === undefined) return [];
  const stage = absence(name, request.target) === "disabled" ? to : from;
  return [
    {
      code: "application-disabled",
      place: { file: stackFileName(stage), path: `lockstep:settings.${name}.enabled` },
      found: `${name}, ${reason}`,
      expected: `an application that runs in ${from} and is to run in ${to}`,
      action: `remove enabled: false from lockstep:settings.${name} in ${stackFileName(stage)}`,
    },
  ];
}
