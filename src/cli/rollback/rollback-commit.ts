import type { RollbackPlan } from "../../delivery/rollback/rollback-plan.ts";
import type { Digest } from "../../model/digest.ts";
import type { WrittenFiles } from "../publication.ts";

/** A title with more names than this has their number. */
const NAMED = 3;

/** What the commit of a rollback says. */
export function rollbackCommitText(
  {
    stage,
    update,
    applications,
  }: Pick<RollbackPlan, "stage"> & {
    /** Undefined: each goes back to what it had before. */
    readonly update: { readonly version: number } | undefined;
    readonly applications: readonly Pick<RollbackPlan["applications"][number], "name" | "before" | "after">[];
  },
  statements: readonly Digest[],
  reason: string,
): Omit<WrittenFiles, "files"> {
  const names = applications.map(({ name }) => name);
  const what = names.length > NAMED ? `${names.length} applications` : names.join(", ");
  const versions = applications.map(({ name, before, after }) => {
    const left = before === undefined ? "" : `${before.image.tag} -> `;
    return `- ${name}: ${left}${after.image.tag}`;
  });
  return {
    title: `Roll back ${what} of ${stage}${update === undefined ? "" : ` to update ${update.version}`}`,
    body: [reason, "", ...versions].join("\n"),
    trailers: {
      ...(statements.length === 0 ? {} : { "Lockstep-Statement": statements.join(" ") }),
      "Lockstep-Stage": stage,
    },
  };
}
