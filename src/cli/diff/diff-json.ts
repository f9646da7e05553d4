import type { SettingDifference } from "../../delivery/settings-differences.ts";
import type { StageDifference, VersionSide } from "../../delivery/status/stage-difference.ts";

/** For programs; equal applications are there too. */
export function diffToJson({ left, right, applications }: StageDifference) {
  return {
    ...{ left, right },
    differs: applications.some(({ kind }) => kind !== "equal" && kind !== "nowhere"),
    applications: applications.map((one) => ({
      ...{ name: one.name, kind: one.kind, left: sideToJson(one.left), right: sideToJson(one.right) },
      ...{ version: one.version, settings: one.settings.map(settingToJson) },
    })),
  };
}

function sideToJson(side: VersionSide | undefined) {
  if (side === undefined) return null;
  const { image, chart, revision, createdMs, schemaLevel, hold } = side;
  const created = createdMs === undefined ? null : new Date(createdMs).toISOString();
  return {
    image,
    chart,
    revision: revision ?? null,
    created,
    schemaLevel: schemaLevel ?? null,
    hold: holdToJson(hold),
  };
}

function holdToJson(hold: VersionSide["hold"]) {
  if (hold === undefined) return null;
  const { reason, by, untilMs, images } = hold;
  const until = untilMs === undefined ? null : new Date(untilMs).toISOString();
  return { reason, by: by ?? null, until, images: images ?? null };
}

function settingToJson({ path, left, right }: SettingDifference) {
  return { path, left: left ?? null, right: right ?? null };
}
