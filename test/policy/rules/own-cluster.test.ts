import { ownCluster } from "../../../policy/rules/own-cluster.ts";
import { unknown } from "../harness/engine-values.ts";
import { OWN_PROVIDER, PROVIDER_TYPE, type ProviderText, type ResourceText } from "../harness/resources.ts";
import { applicationComponent, deployment, stageComponent } from "../harness/samples.ts";
import { stageContext } from "../harness/stage-context.ts";
import { assertPasses, assertUndecided, assertViolates } from "../harness/verdict.ts";

const UID = "11111111-2222-3333-4444-555555555555";
const { context: CONTEXT } = OWN_PROVIDER.props;
const SETTINGS = {
  ...{ enableServerSideApply: "true", enableConfigMapMutable: "true", enableSecretMutable: "true" },
  ...{ kubeClientSettings: '{"qps":200}', suppressHelmHookWarnings: "true", version: "4.33.0" },
};
const PROPS = { context: CONTEXT, clusterIdentifier: UID, ...SETTINGS };

const provider = ({ name, props }: ProviderText): ResourceText => ({ type: PROVIDER_TYPE, name, props, parents: [] });
const cluster = (props: Readonly<Record<string, unknown>>) => ({ name: "cluster", props });
const named = stageContext({ definition: { gated: true, clusterUid: UID } });
const unnamed = stageContext({ definition: { clusterUid: undefined } });

describe("own-cluster", () => {
  it("accepts the one provider that leads to the stage's cluster, and what it makes", async () => {
    await assertPasses(ownCluster, provider(cluster(PROPS)), named);
    await assertPasses(ownCluster, { ...deployment(), provider: cluster(PROPS) }, named);
  });

  it("accepts any identity in a stage without a gate that names none", async () => {
    await assertPasses(ownCluster, provider(cluster({ ...PROPS, clusterIdentifier: "any" })), unnamed);
  });

  it("asks for a uid in stages.yaml where the stage is gated", async () => {
    const context = stageContext({ definition: { gated: true, clusterUid: undefined } });
    await assertViolates(ownCluster, provider(cluster(PROPS)), ["clusterIdentifier"], context);
  });

  it("has nothing to ask of a stage without a cluster but that it has no context", async () => {
    const context = stageContext({
      stackFile: "config: {}\n",
      definition: { gated: true, clusterUid: undefined },
    });
    await assertPasses(ownCluster, provider(cluster({ context: "", clusterIdentifier: "" })), context);
    await assertViolates(ownCluster, provider(cluster({ context: CONTEXT })), ["context"], context);
  });

  for (const [what, props, path] of [
    ["another context", { context: "other" }, "context"],
    ["no context", { context: undefined }, "context"],
    ["another identity", { clusterIdentifier: "other" }, "clusterIdentifier"],
    ["no identity", { clusterIdentifier: undefined }, "clusterIdentifier"],
    ["a kubeconfig", { kubeconfig: "/tmp/other" }, "kubeconfig"],
    ["another cluster of the kubeconfig", { cluster: "other" }, "cluster"],
    ["another namespace", { namespace: "other" }, "namespace"],
    ["a folder to render into", { renderYamlToDirectory: "rendered" }, "renderYamlToDirectory"],
    ["leave to go on without an answer", { skipUpdateUnreachable: "true" }, "skipUpdateUnreachable"],
    ["leave to forget what does not answer", { deleteUnreachable: "true" }, "deleteUnreachable"],
  ] as const) {
    it(`refuses a provider with ${what}, and every object of it`, async () => {
      const text = cluster({ ...PROPS, ...props });
      await assertViolates(ownCluster, provider(text), [path], named);
      await assertViolates(ownCluster, { ...deployment(), provider: text }, ["provider"], named);
    });
  }

  it("refuses a second provider, and every object of it", async () => {
    for (const name of ["other", "default_4_33_0"]) {
      const text = { name, props: PROPS };
      await assertViolates(ownCluster, provider(text), [""], named);
      await assertViolates(ownCluster, { ...deployment(), provider: text }, ["provider"], named);
    }
  });

  it("refuses an object without a provider", async () => {
    await assertViolates(ownCluster, { ...deployment(), provider: "none" }, ["provider"], named);
  });

  it("has nothing against components, which no provider makes", async () => {
    await assertPasses(ownCluster, stageComponent(named), named);
    await assertPasses(ownCluster, applicationComponent(named), named);
  });

  it("decides nothing where the identity is unknown", async () => {
    await assertUndecided(ownCluster, provider(cluster({ ...PROPS, clusterIdentifier: unknown })), named);
  });
});
