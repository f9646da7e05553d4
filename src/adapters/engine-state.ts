import { getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";
import type { DepartedImage } from "../model/admission.ts";
import type { Digest } from "../model/digest.ts";
import { isRecord } from "../model/json.ts";
import { toStackOutputs, type StackOutputs } from "../model/stack-outputs.ts";
import type { VerifiedRoot } from "../model/trust/trust.ts";

/** An application as the last update left it. */
export interface DeployedApplication {
  readonly name: string;
  /** Its image reference. */
  readonly image: string;
  /** The image reference that it ran before; undefined where it ran no other. */
  readonly previousImage: string | undefined;
  /** Its namespace in the cluster; undefined where an earlier program wrote none down. */
  readonly namespace: string | undefined;
  /** Of its desired state; undefined where an earlier program wrote none down. */
  readonly desired: Digest | undefined;
  /** Since when it has been the same. */
  readonly sinceMs: number | undefined;
}

/** What the stack's last update left, from its outputs. */
export interface LastDeployment {
  readonly applications: readonly DeployedApplication[];
  /** The stage that the stack was deployed as; undefined where nothing of any stage was. */
  readonly stage: string | undefined;
  /** The uid of the cluster that it went to. */
  readonly clusterUid: string | undefined;
  /** By the last update that changed an image or a namespace. */
  readonly departed: readonly DepartedImage[];
  readonly coverage: RecordedCoverage;
}

/** What the last update was covered by. */
export interface RecordedCoverage {
  readonly gated: boolean;
  readonly root: VerifiedRoot | undefined;
  /** The statement that each application was deployed, or removed, under. */
  readonly statements: ReadonlyMap<string, Digest>;
}

/** Only inside the program. */
export async function lastDeployment(): Promise<LastDeployment> {
  const outputs = toStackOutputs(await readOutputs("pulumi:pulumi:readStackOutputs", "name"));
  // An update that failed before its outputs leaves resources all the same.
  return toLastDeployment(outputs, outputs.stage ?? stageOfResources(await resourceUrns()));
}

export function toLastDeployment(outputs: StackOutputs, stage = outputs.stage): LastDeployment {
  const { applications, clusterUid, departed, gated, root, statements } = outputs;
  return {
    applications: [...applications].map(([name, output]) => {
      const { image, previousImage, namespace, desired, sinceMs } = output;
      return { name, image, previousImage, namespace, desired, sinceMs };
    }),
    ...{ stage, clusterUid, departed, coverage: { gated, root, statements } },
  };
}

/** Whether the stack has resources in a cluster, also after an update that failed before its outputs. */
export async function hasClusterResources(): Promise<boolean> {
  return (await resourceUrns()).some((urn) => urn.includes("kubernetes:"));
}

/** The name of the stage's component, which a renamed stack keeps. */
export function stageOfResources(urns: readonly string[]): string | undefined {
  return urns.flatMap((urn) => STAGE_URN.exec(urn)?.[1] ?? [])[0];
}

const STAGE_URN = /^urn:pulumi:[^:]+::[^:]+::lockstep:index:Stage::(.+)$/;

async function resourceUrns(): Promise<readonly string[]> {
  return Object.keys(await readOutputs("pulumi:pulumi:readStackResourceOutputs", "stackName"));
}

async function readOutputs(question: string, argument: string): Promise<Readonly<Record<string, unknown>>> {
  const stack = `${getOrganization()}/${getProject()}/${getStack()}`;
  const answer: unknown = await runtime.invoke(question, { [argument]: stack });
  const outputs = isRecord(answer) ? answer["outputs"] : undefined;
  return isRecord(outputs) ? outputs : {};
}
