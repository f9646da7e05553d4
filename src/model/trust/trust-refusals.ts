import type { Place, Refusal } from "../refusal.ts";
import { didYouMean } from "../nearest.ts";
import type { StageDefinition } from "../stages.ts";
import type { KeyPath } from "../yaml-source.ts";
import { EVERY_STAGE } from "./stage-names.ts";
import type { Trust } from "./trust.ts";

/** Where something stands in a file of the trust folder. */
export type TrustPlaces = (
  file: "stages.yaml" | "roles.yaml" | "adopted.yaml" | "exemptions.yaml",
  path: KeyPath,
) => Place;

/** What the files of the trust folder say about each other that cannot be. */
export function refuseTrust(trust: Trust, placeOf: TrustPlaces): readonly Refusal[] {
  return [
    ...[...trust.stages.values()].flatMap((stage) => refuseGate(trust, stage, placeOf)),
    ...refuseKeyless(trust, placeOf),
    ...refuseStages(trust, placeOf),
  ];
}

function refuseGate(trust: Trust, { name, gate }: StageDefinition, placeOf: TrustPlaces): Refusal[] {
  if (gate === undefined) return [];
  const at = (...path: KeyPath): Place => placeOf("stages.yaml", ["stages", name, "gate", ...path]);
  const { promoters, approvals } = gate;
  const unknown = [
    ...promoters.map((group, index) => refuseGroup(trust, group, at("promoters", index))),
    ...(approvals?.groups ?? []).map((group, index) => refuseGroup(trust, group, at("approvals", "groups", index))),
  ].flat();
  if (approvals === undefined || unknown.length > 0) return unknown;
  const people = peopleOf(trust, approvals.groups);
  if (people.size >= approvals.count) return refuseFourEyes(trust, name, placeOf);
  return [
    {
      code: "quorum-too-high",
      place: at("approvals", "count"),
      found: `${approvals.count} approvals by ${approvals.groups.join(", ")}, who have ${people.size} members`,
      expected: "no more approvals than there are people who can give one",
      action: "lower count, or add members in roles.yaml",
    },
  ];
}

/** Where every promoter is needed as an approver too, nobody can promote. */
function refuseFourEyes({ roles, stages }: Trust, name: string, placeOf: TrustPlaces): Refusal[] {
  const gate = stages.get(name)?.gate;
  const approvals = gate?.approvals;
  if (gate === undefined || approvals?.fourEyes !== true) return [];
  const people = peopleOf({ roles }, approvals.groups);
  const promoters = [...peopleOf({ roles }, gate.promoters)];
  const can = promoters.some((promoter) => [...people].filter((one) => one !== promoter).length >= approvals.count);
  if (can) return [];
  return [
    {
      code: "quorum-too-high",
      place: placeOf("stages.yaml", ["stages", name, "gate", "approvals", "fourEyes"]),
      found: `${approvals.count} approvals by others than the promoter, and ${people.size} people who can give one`,
      expected: "enough people beside the promoter",
      action: "lower count, add members in roles.yaml, or set fourEyes: false",
    },
  ];
}

function refuseGroup({ roles }: Trust, group: string, place: Place): Refusal[] {
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

function refuseKeyless({ roles, allowedSigners }: Trust, placeOf: TrustPlaces): Refusal[] {
  const known = new Set(allowedSigners.signers.map(({ principal }) => principal));
  return [...roles].flatMap(([group, members]) =>
    members.flatMap(({ principal }, index) =>
      known.has(principal)
        ? []
        : [
            {
              code: "unknown-principal",
              place: placeOf("roles.yaml", ["groups", group, index, "principal"]),
              found: `${principal}${didYouMean(principal, known)}`,
              expected: "a principal with a key in allowed_signers",
              action: "correct the name, or add the key to allowed_signers",
            },
          ],
    ),
  );
}

/** An entry for a stage that is not there would never count, and nobody would notice. */
function refuseStages({ stages, adopted, exemptions }: Trust, placeOf: TrustPlaces): Refusal[] {
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
