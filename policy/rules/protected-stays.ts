import { at } from "../kubernetes/fields.ts";
import type { JudgedResource, Rule } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { applicationOf, MIGRATION_TYPE, parseUrn } from "../urn.ts";

const NAMESPACE_TYPE = "kubernetes:core/v1:Namespace";

/**
 * Judges what is in the program. What is taken out of it is deleted without a word to any policy: there the engine's
 * own protection and the program's coverage hold.
 */
export const protectedStays: Rule = {
  id: "protected-stays",
  title: "what belongs to a protected application is protected in the engine",
  why: "a database volume or a namespace that a mistake in a pull request deletes does not come back",
  fix: "leave `protect` to the Application component: everything below it inherits it",
  level: "mandatory",
  exemptible: true,
  check: (resource, context) => {
    const reason = whyProtected(resource, context);
    if (reason === undefined || resource.opts.protect) return [];
    return [{ path: "", found: "not protected from deletion", expected: `protect: ${reason}` }];
  },
};

function whyProtected(resource: JudgedResource, { loaded: { stage } }: StageContext): string | undefined {
  if (resource.type === NAMESPACE_TYPE) {
    const namespace = stage.namespaces.find(({ name }) => name === at(resource.props, "metadata", "name"));
    return namespace?.protect === true ? "a protected application lives in it" : undefined;
  }
  const application = applicationOf(resource);
  // A version's migration Job goes when the next version is there.
  const isProtected = stage.applications.some(({ application: { name }, protect }) => protect && name === application);
  if (!isProtected || parseUrn(resource.urn).types.includes(MIGRATION_TYPE)) return undefined;
  return `${application ?? ""} is protected in this stage`;
}
