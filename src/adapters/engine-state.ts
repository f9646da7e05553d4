import { getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";
import { isRecord } from "../model/json.ts";

/** An application as the last update left it. */
export interface DeployedApplication {
  readonly name: string;
  /** Its image reference. */
  readonly image: string;
}

/** What the stack's last update left, from its outputs. */
export interface LastDeployment {
  readonly applications: readonly DeployedApplication[];
  /** The uid of the cluster that it went to. */
  readonly clusterUid: string | undefined;
}

/** Only inside the program. */
export async function lastDeployment(): Promise<LastDeployment> {
  const outputs = await readOutputs("pulumi:pulumi:readStackOutputs", "name");
  const applications = isRecord(outputs["applications"]) ? outputs["applications"] : {};
  const clusterUid = outputs["cluster"];
  return {
    applications: Object.entries(applications).map(([name, output]) => {
      const image = isRecord(output) ? output["image"] : undefined;
      return { name, image: typeof image === "string" ? image : "" };
    }),
    clusterUid: typeof clusterUid === "string" && clusterUid !== "" ? clusterUid : undefined,
  };
}

/** Whether the stack has resources in a cluster, also after an update that failed before its outputs. */
export async function hasClusterResources(): Promise<boolean> {
  const resources = await readOutputs("pulumi:pulumi:readStackResourceOutputs", "stackName");
  return Object.keys(resources).some((urn) => urn.includes("kubernetes:"));
}

async function readOutputs(question: string, argument: string): Promise<Readonly<Record<string, unknown>>> {
  const stack = `${getOrganization()}/${getProject()}/${getStack()}`;
  const answer: unknown = await runtime.invoke(question, { [argument]: stack });
  const outputs = isRecord(answer) ? answer["outputs"] : undefined;
  return isRecord(outputs) ? outputs : {};
}
