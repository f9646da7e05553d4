import { getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";
import type { DepartedImage } from "../model/admission.ts";
import { isDigest, type Digest } from "../model/digest.ts";
import { isRecord } from "../model/json.ts";
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
  const outputs = await readOutputs("pulumi:pulumi:readStackOutputs", "name");
  const applications = isRecord(outputs["applications"]) ? outputs["applications"] : {};
  return {
    applications: Object.entries(applications).map(([name, output]) => ({
      name,
      image: textAt(output, "image") ?? "",
      previousImage: textAt(output, "previousImage"),
      namespace: textAt(output, "namespace"),
    })),
    // An update that failed before its outputs leaves resources all the same.
    stage: textAt(outputs, "stage") ?? stageOfResources(await resourceUrns()),
    clusterUid: textAt(outputs, "cluster"),
    departed: toDeparted(outputs["departed"]),
    coverage: toCoverage(outputs, applications),
  };
}

function toCoverage(
  outputs: Readonly<Record<string, unknown>>,
  applications: Readonly<Record<string, unknown>>,
): RecordedCoverage {
  const { trustRoot, withdrawn } = outputs;
  const version = isRecord(trustRoot) ? trustRoot["version"] : undefined;
  const digest = textAt(trustRoot, "digest");
  const statements = [
    ...Object.keys(isRecord(withdrawn) ? withdrawn : {}).map((name) => [name, textAt(withdrawn, name)] as const),
    ...Object.entries(applications).map(([name, output]) => [name, textAt(output, "statement")] as const),
  ];
  return {
    gated: outputs["gated"] === true,
    root: typeof version === "number" && digest !== undefined && isDigest(digest) ? { version, digest } : undefined,
    statements: new Map(
      statements.flatMap(([name, statement]) =>
        statement !== undefined && isDigest(statement) ? [[name, statement] as const] : [],
      ),
    ),
  };
}

function toDeparted(output: unknown): readonly DepartedImage[] {
  if (!Array.isArray(output)) return [];
  return output.flatMap((one: unknown) => {
    const namespace = textAt(one, "namespace");
    const image = textAt(one, "image");
    return namespace === undefined || image === undefined ? [] : [{ namespace, image }];
  });
}

/** Undefined where there is no such text, or an empty one. */
function textAt(record: unknown, key: string): string | undefined {
  const value = isRecord(record) ? record[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
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
