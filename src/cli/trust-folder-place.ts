import { join } from "node:path";
import { trustFolder } from "../adapters/project.ts";
import { displayPath } from "../adapters/yaml-files.ts";
import { refused, type Outcome } from "../model/refusal.ts";

const TRUST_FILES: ReadonlySet<string> = new Set(["stages.yaml", "roles.yaml", "allowed_signers", "revoked.yaml"]);

/** Decisions name a file of the trust folder by its name alone; people look for it where it lies. */
export function inTrustFolder<T>(outcome: Outcome<T>): Outcome<T> {
  if (outcome.kind === "accepted") return outcome;
  return refused(
    outcome.refusals.map((refusal) => {
      const { file } = refusal.place;
      if (file === undefined || !TRUST_FILES.has(file)) return refusal;
      return { ...refusal, place: { ...refusal.place, file: displayPath(join(trustFolder(), file)) } };
    }),
  );
}
