import type { Rule } from "../rule.ts";

interface Hiding {
  readonly type: RegExp;
  readonly because: string;
}

/** The Kubernetes provider's types whose objects policies do not see, see in part, or see without a pinned chart. */
const HIDING: readonly Hiding[] = [
  { type: /^kubernetes:helm\.sh\/v3:Release$/, because: "installs its objects itself: no rule sees them" },
  { type: /^kubernetes:helm\.sh\/v[23]:Chart$/, because: "takes its chart by name and version, not by digest" },
  { type: /^kubernetes:yaml(?:\/v2)?:/, because: "brings objects that are in no pinned chart" },
  { type: /^kubernetes:kustomize(?:\/v2)?:/, because: "brings objects that are in no pinned chart" },
  {
    type: /^kubernetes:(?:helm|kustomize)\.toolkit\.fluxcd\.io\/\w+:/,
    because: "lets a controller make objects: no rule sees them",
  },
  {
    type: /^kubernetes:argoproj\.io\/\w+:Application(?:Set)?$/,
    because: "lets a controller make objects: no rule sees them",
  },
  { type: /^kubernetes:[^:]+:[A-Z]\w*Patch$/, because: "changes an object of which rules see this part alone" },
  { type: /^kubernetes:[^:]+:[A-Z]\w*List$/, because: "holds objects that are judged one by one" },
];

export const noHelmRelease: Rule = {
  id: "no-helm-release",
  title: "every object is a resource of its own, out of a pinned chart",
  why: "what hides objects from the plan hides them from every rule",
  fix: "deploy it as an application of the catalogue: its chart's objects are resources of their own then",
  level: "mandatory",
  exemptible: true,
  check: ({ type }) =>
    HIDING.filter((hiding) => hiding.type.test(type)).map(({ because }) => ({
      path: "",
      found: `${type}, which ${because}`,
      expected: "objects from a kubernetes:helm.sh/v4:Chart of an application",
    })),
};
