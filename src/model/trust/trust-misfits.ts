import type { Place, Refusal } from "../refusal.ts";
import { didYouMean } from "../nearest.ts";
import type { StageDefinition } from "../stages.ts";
import type { KeyPath } from "../yaml-source.ts";
import { EVERY_STAGE } from "./entry-fields.ts";
import type { Trust } from "./trust.ts";

/** Where something stands in a file of the trust folder. */
export type TrustPlaces = (
  file: "stages.yaml" | "roles.yaml" | "adopted.yaml" | "exemptions.yaml",
  path: KeyPath,
) => Place;

/** What is judged: what the files say. */
type Content = Pick<Trust, "stages" | "roles" | "allowedSigners" | "adopted" | "exemptions">;

/** A gate that asks for more people than there are. It names nothing that is not there: naming people mends it. */
export const QUORUM_TOO_HIGH = "quorum-too-high";

/** What the files of the trust folder say about each other that cannot be. */
export interface Misfits {
  /** Nobody can tell which stages it concerns. */
  readonly everywhere: readonly Refusal[];
  /** By stage, of those that something stands against: its gate names somebody who is not there, or asks for too many. */
  readonly stages: ReadonlyMap<string, readonly Refusal[]>;
}

export function findMisfits(content: Content, placeOf: TrustPlaces): Misfits {
  const strangers = findStrangers(content, placeOf);
  const gates = [...content.stages.values()].map((stage) => {
    const groups = groupsOf(stage);
    const own = strangers.flatMap(({ group, refusal }) => (groups.has(group) ? [refusal] : []));
    return [stage.name, [...refuseGate(content, stage, placeOf), ...own]] as const;
  });
  const gated = new Set([...content.stages.values()].flatMap((stage) => [...groupsOf(stage)]));
  const unused = strangers.flatMap(({ group, refusal }) => (gated.has(group) ? [] : [refusal]));
  return {
    everywhere: [...unused, ...refuseStages(content, placeOf)],
    stages: new Map(gates.filter(([, refusals]) => refusals.length > 0)),
  };
}

/** All of them, each once: a group that several gates name says the same of each. */
export function allMisfits({ everywhere, stages }: Misfits): readonly Refusal[] {
  return [...new Set([...[...stages.values()].flat(), ...everywhere])];
}

function groupsOf({ gate }: StageDefinition): ReadonlySet<string> {
  return new Set([...(gate?.promoters ?? []), ...(gate?.rollback ?? []), ...(gate?.approvals?.groups ?? [])]);
}

function refuseGate(trust: Content, { name, gate }: StageDefinition, placeOf: TrustPlaces): Refusal[] {
  if (gate === undefined) return [];
  const at = (...path: KeyPath): Place => placeOf("stages.yaml", ["stages", name, "gate", ...path]);
  const { promoters, rollback, approvals } = gate;
  const unknown = [
    ...promoters.map((group, index) => refuseGroup(trust, group, at("promoters", index))),
    ...rollback.map((group, index) => refuseGroup(trust, group, at("rollback", index))),
    ...(approvals?.groups ?? []).map((group, index) => refuseGroup(trust, group, at("approvals", "groups", index))),
  ].flat();
  if (approvals === undefined || unknown.length > 0) return unknown;
  const people = peopleOf(trust, approvals.groups);
  if (people.size >= approvals.count) return refuseFourEyes(trust, name, placeOf);
  return [
    {
      code: QUORUM_TOO_HIGH,
      place: at("approvals", "count"),
      found: `${name} asks for ${approvals.count} approvals by ${approvals.groups.join(", ")}, who have ${people.size} members`,
      expected: "no more approvals than there are people who can give one",
      action: "add members in roles.yaml, or lower count",
    },
  ];
}

/** Where every promoter is needed as an approver too, nobody can promote. */
function refuseFourEyes({ roles, stages }: Content, name: string, placeOf: TrustPlaces): Refusal[] {
  const gate = stages.get(name)?.gate;
  const approvals = gate?.approvals;
  if (gate === undefined || approvals?.fourEyes !== true) return [];
  const people = peopleOf({ roles }, approvals.groups);
  const promoters = [...peopleOf({ roles }, gate.promoters)];
  const can = promoters.some((promoter) => [...people].filter((one) => one !== promoter).length >= approvals.count);
  if (can) return [];
  return [
    {
      code: QUORUM_TOO_HIGH,
      place: placeOf("stages.yaml", ["stages", name, "gate", "approvals", "fourEyes"]),
      found: `${name} asks for ${approvals.count} approvals by others than the promoter, of ${people.size} people who can give one`,
      expected: "enough people beside the promoter",
      action: "add members in roles.yaml, lower count, or set fourEyes: false",
    },
  ];
}

function refuseGroup({ roles }: Content, group: string, place: Place): Refusal[] {
  if (roles.has(group)) return [];
  return [
    {
      code: "unknown-group",
      place,
      found: `${group}${didYouMean(group, roles.keys())}`,
      expected: roles.size === 0 ? "a group of roles.yaml" : `a group of roles.yaml: ${[...roles.keys()].join(", ")}`,
      action: `correct the name, or add ${group} to roles.yaml`,
    },
  ];
}

/** Distinct people, whenever they are members: there is no clock here. */
function peopleOf({ roles }: Pick<Trust, "roles">, groups: readonly string[]): ReadonlySet<string> {
  return new Set(groups.flatMap((group) => (roles.get(group) ?? []).map(({ principal }) => principal)));
}

/** Members without a key, by the group that names them. */
function findStrangers(
  { roles, allowedSigners }: Content,
  placeOf: TrustPlaces,
): readonly { readonly group: string; readonly refusal: Refusal }[] {
  const known = new Set(allowedSigners.signers.map(({ principal }) => principal));
  return [...roles].flatMap(([group, members]) =>
    members.flatMap(({ principal }, index) => {
      if (known.has(principal)) return [];
      const refusal = {
        code: "unknown-principal",
        place: placeOf("roles.yaml", ["groups", group, index, "principal"]),
        found: `${principal}${didYouMean(principal, known)}`,
        expected: "a principal with a key in allowed_signers",
        action: "correct the name, or add the key to allowed_signers",
      };
      return [{ group, refusal }];
    }),
  );
}

/** An entry for a stage that is not there would never count, and nobody would notice. */
function refuseStages({ stages, adopted, exemptions }: Content, placeOf: TrustPlaces): Refusal[] {
  const named = [
    ...adopted.map((entry, index) => ({ entry, file: "adopted.yaml" as const, path: ["adopted", index, "stages"] })),
    ...exemptions.map((entry, index) => ({
      entry,
      file: "exemptions.yaml" as const,
      path: ["exemptions", index, "stages"],
    })),
  ];
  return named.flatMap(({ entry, file, path }) =>
    entry.stages.flatMap((stage, index) =>
      stage === EVERY_STAGE || stages.has(stage)
        ? []
        : [
            {
              code: "unknown-stage",
              place: placeOf(file, [...path, index]),
              found: `${stage}${didYouMean(stage, stages.keys())}`,
              expected: `stages of stages.yaml: ${[...stages.keys()].join(", ")}`,
              action: "correct the name",
            },
          ],
    ),
  );
}
