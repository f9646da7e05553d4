import { PROVIDER_NAME } from "../../src/model/provider-name.ts";
import { absent, shown } from "../kubernetes/fields.ts";
import type { JudgedProvider, JudgedResource, Rule, Violation } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { isClusterObject, PROVIDER_PREFIX } from "../urn.ts";

const KUBERNETES_PROVIDER = `${PROVIDER_PREFIX}kubernetes`;

/**
 * What a provider may be given that changes neither which cluster it speaks to nor whether it speaks to one. Not
 * kubeconfig, cluster or namespace, nor what renders files instead, or goes on without an answer.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  // Judged by themselves.
  "context",
  "clusterIdentifier",
  "enableServerSideApply",
  "enableConfigMapMutable",
  "enableSecretMutable",
  "kubeClientSettings",
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "version",
]);

/** The program has asked the cluster who it is; here is seen that the engine is sent nowhere else. */
export const ownCluster: Rule = {
  id: "own-cluster",
  title: "everything is made in the stage's own cluster, by one provider",
  why: "what was approved for one cluster would be made in another",
  fix: "deploy with the project's own program, which makes the one provider from the stack file and stages.yaml",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) => {
    if (resource.type === KUBERNETES_PROVIDER) return refuseProvider(resource, context);
    return isClusterObject(resource) ? refuseObject(resource, context) : [];
  },
};

function refuseObject({ provider }: JudgedResource, context: StageContext): readonly Violation[] {
  const path = "provider";
  if (provider === undefined) return [{ path, found: "none", expected: ownUrn(context) }];
  const refusals = refuseProvider(provider, context);
  if (refusals.length === 0) return [];
  const found = `${provider.name}: ${refusals.map((refusal) => refusal.path || refusal.found).join(", ")}`;
  return [{ path, found, expected: "the one that leads to the stage's cluster" }];
}

function refuseProvider(provider: JudgedProvider, context: StageContext): readonly Violation[] {
  if (provider.urn !== ownUrn(context)) {
    return [{ path: "", found: `the provider ${provider.name}`, expected: `no other provider than ${PROVIDER_NAME}` }];
  }
  return [
    ...refuseContext(provider, context),
    ...refuseIdentity(provider, context),
    ...Object.entries(provider.props)
      .filter(([key, value]) => !HARMLESS.has(key) && !absent(value))
      .map(([path]) => ({ path, found: "something", expected: "left out: the stack file's context says where" })),
  ];
}

function refuseContext({ props }: JudgedProvider, { loaded }: StageContext): readonly Violation[] {
  const expected = loaded.stackFile.cluster?.context ?? "";
  if (props["context"] === expected) return [];
  return [{ path: "context", found: shown(props["context"]), expected: `${shown(expected)}, as in the stack file` }];
}

/** A stage without a cluster has nothing to make; the engine still registers its provider. */
function refuseIdentity({ props }: JudgedProvider, { loaded, stage }: StageContext): readonly Violation[] {
  const { clusterUid, gated } = loaded.definition;
  const found = props["clusterIdentifier"];
  const path = "clusterIdentifier";
  if (loaded.stackFile.cluster === undefined) return [];
  if (clusterUid === undefined) {
    if (!gated) return [];
    const action = `have the uid of its cluster added to stages.yaml, under stages.${stage}`;
    return [{ path, found: shown(found), expected: `a uid that stages.yaml names for ${stage}`, action }];
  }
  return found === clusterUid
    ? []
    : [{ path, found: shown(found), expected: `${clusterUid}, as stages.yaml names it for ${stage}` }];
}

function ownUrn({ project, stage }: StageContext): string {
  return `urn:pulumi:${stage}::${project}::${KUBERNETES_PROVIDER}::${PROVIDER_NAME}`;
}
