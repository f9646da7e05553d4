import { z } from "zod";
import { objectNameSchema } from "../kubernetes-names.ts";
import { parseLeniently } from "../lenient-parse.ts";
import { accepted, refused, type Outcome, type Refusal } from "../refusal.ts";
import type { YamlSource } from "../yaml-source.ts";
import { otherSpellings, principalSchema, TWO_SPELLINGS } from "./principal.ts";
import { timeSchema } from "./entry-fields.ts";

/** A person or a deployer as a member of a group, for a time. Times are milliseconds since the epoch. */
export interface Membership {
  readonly principal: string;
  readonly sinceMs: number;
  /** Exclusive. */
  readonly untilMs: number | undefined;
}

/** The groups of roles.yaml. */
export type Roles = ReadonlyMap<string, readonly Membership[]>;

const membershipSchema = z
  .strictObject(
    { principal: principalSchema, since: timeSchema, until: timeSchema.optional() },
    { error: "a member: { principal, since }" },
  )
  .transform(({ principal, since, until }): Membership => ({ principal, sinceMs: since, untilMs: until }));

const rolesSchema = z.strictObject(
  {
    groups: z.record(objectNameSchema, z.array(membershipSchema, { error: "a list of members" }), {
      error: "groups, name: [{ principal, since }]",
    }),
  },
  { error: "groups: { <group>: [{ principal, since }] }" },
);

/** Parses roles.yaml. A principal may come back later; times of the same principal in a group do not overlap. */
export function parseRoles(source: YamlSource): Outcome<Roles> {
  const { value, refusals } = parseLeniently(rolesSchema, source.tree, source, []);
  if (value === undefined || refusals.length > 0) return refused(refusals);
  const groups = Object.entries(value.groups);
  const reasons = groups.flatMap(([group, members]) => refuseTimes(source, group, members));
  reasons.push(...refuseSpellings(source, groups));
  return reasons.length > 0 ? refused(reasons) : accepted(new Map(groups));
}

/** Across all groups: a gate may ask two of them. */
function refuseSpellings(source: YamlSource, groups: readonly (readonly [string, readonly Membership[]])[]): Refusal[] {
  const named = groups.flatMap(([group, members]) =>
    members.map(({ principal }, index) => ({ principal, path: ["groups", group, index, "principal"] })),
  );
  const others = otherSpellings(named.map(({ principal }) => principal));
  return named.flatMap(({ principal, path }, index) => {
    const other = others[index];
    if (other === undefined) return [];
    return [{ ...TWO_SPELLINGS, place: source.placeOf(path), found: `${principal}, and ${other} before it` }];
  });
}

/** What makes a principal a member of a group at a time; empty where nothing does. */
export function membershipsAt(roles: Roles, group: string, principal: string, atMs: number): readonly Membership[] {
  const members = roles.get(group) ?? [];
  return members.filter((one) => one.principal === principal && one.sinceMs <= atMs && lasts(one, atMs));
}

/** Whether a membership has not ended by a time. */
export function lasts({ untilMs }: Membership, atMs: number): boolean {
  return untilMs === undefined || atMs < untilMs;
}

function refuseTimes(source: YamlSource, group: string, members: readonly Membership[]): Refusal[] {
  return members.flatMap((member, index) => {
    const path = ["groups", group, index];
    const { principal, sinceMs, untilMs } = member;
    if (untilMs !== undefined && untilMs <= sinceMs) {
      return [
        {
          code: "ends-before-it-begins",
          place: source.placeOf([...path, "until"]),
          found: `${principal} until a time that is not after since`,
          expected: "until after since",
          action: "correct one of the times",
        },
      ];
    }
    if (!members.slice(0, index).some((other) => other.principal === principal && overlap(other, member))) return [];
    return [
      {
        code: "duplicate-member",
        place: source.placeOf(path),
        found: `${principal}, a second time in ${group} for the same time`,
        expected: "every member once at any time",
        action: "remove one of the lines, or end the first with until",
      },
    ];
  });
}

function overlap(left: Membership, right: Membership): boolean {
  const starts = (one: Membership, other: Membership): boolean =>
    one.sinceMs <= other.sinceMs && (one.untilMs === undefined || other.sinceMs < one.untilMs);
  return starts(left, right) || starts(right, left);
}
