import type { PromotionPlan } from "../../delivery/promotion/promotion-plan.ts";
import type { WrittenFiles } from "../publication.ts";
import type { PlannedStatement } from "./planned-statement.ts";

/** A title with more names than this has their number. */
const NAMED = 3;

/** What the commit of a promotion says. */
export function publicationText(
  { from, to, applications }: PromotionPlan,
  { digest, reason }: Pick<PlannedStatement, "digest" | "reason">,
): Omit<WrittenFiles, "files"> {
  const names = applications.map(({ name }) => name);
  const what = names.length > NAMED ? `${names.length} applications` : names.join(", ");
  const versions = applications.map(({ name, before, after }) => {
    const came = before === undefined ? "" : `${before.image.tag} -> `;
    return `- ${name}: ${came}${after.image.tag}`;
  });
  return {
    title: `Promote ${what} from ${from} to ${to}`,
    body: [reason, "", ...versions].join("\n"),
    trailers: { "Lockstep-Statement": digest, "Lockstep-Stage": to, "Lockstep-From": from },
  };
}
