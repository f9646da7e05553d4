import analyzer, { type AnalyzeRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { toJudgedResource } from "../../../policy/engine/judged-resource.ts";
import type { JudgedResource } from "../../../policy/rule.ts";
import { APPLICATION_TYPE, CHART_TYPE, STAGE_TYPE } from "../../../policy/urn.ts";
import { toStruct } from "./engine-values.ts";

export interface ProviderText {
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

export const PROVIDER_TYPE = "pulumi:providers:kubernetes";
/** The provider that the program makes for the sample's inttest. */
export const OWN_PROVIDER: ProviderText = { name: "cluster", props: { context: "test" } };

export interface ResourceText {
  /** Such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** @default the object's own name, else `sample` */
  readonly name?: string;
  /** As the program gives them; `unknown` and `secret()` of engine-values.ts stand for what the engine makes of them. */
  readonly props: Readonly<Record<string, unknown>>;
  /** The types of its parents, from the outermost. @default a chart of an application of the stage */
  readonly parents?: readonly string[];
  /** The name of its parent, which is its application's. @default "appointments" */
  readonly application?: string;
  /** @default "inttest" */
  readonly stage?: string;
  /** @default "platform" */
  readonly project?: string;
  /** @default the one that the program makes for inttest, of everything of Kubernetes */
  readonly provider?: ProviderText | "none";
  readonly options?: {
    readonly protect?: boolean;
    readonly ignoreChanges?: readonly string[];
    readonly customTimeouts?: { readonly create?: number; readonly update?: number; readonly delete?: number };
  };
}

export const IN_CHART: readonly string[] = [STAGE_TYPE, APPLICATION_TYPE, CHART_TYPE];
export const IN_APPLICATION: readonly string[] = [STAGE_TYPE, APPLICATION_TYPE];
export const IN_STAGE: readonly string[] = [STAGE_TYPE];

/** A resource as a rule sees it, by the same way that one comes from the engine. */
export function resource(text: ResourceText): JudgedResource {
  const sent = toRequest(text).serializeBinary();
  return toJudgedResource(analyzer.AnalyzeRequest.deserializeBinary(sent));
}

/** What the engine would send. */
export function toRequest(text: ResourceText): AnalyzeRequest {
  const { type, props, parents = IN_CHART, application = "appointments", options = {} } = text;
  const { stage = "inttest", project = "platform" } = text;
  const name = text.name ?? nameOf(props);
  const urn = (types: readonly string[], of: string) => `urn:pulumi:${stage}::${project}::${types.join("$")}::${of}`;
  const sent = new analyzer.AnalyzerResourceOptions()
    .setProtect(options.protect ?? false)
    .setIgnorechangesList([...(options.ignoreChanges ?? [])])
    .setParent(parents.length === 0 ? "" : urn(parents, parents.includes(APPLICATION_TYPE) ? application : stage));
  const { customTimeouts } = options;
  if (customTimeouts !== undefined) {
    const { create = 0, update = 0, delete: remove = 0 } = customTimeouts;
    const timeouts = new analyzer.AnalyzerResourceOptions.CustomTimeouts();
    sent.setCustomtimeouts(timeouts.setCreate(create).setUpdate(update).setDelete(remove));
  }
  const request = new analyzer.AnalyzeRequest()
    .setUrn(urn([...parents, type], name))
    .setType(type)
    .setName(name)
    .setProperties(toStruct(props))
    .setOptions(sent);
  const { provider = type.startsWith("kubernetes:") ? OWN_PROVIDER : "none" } = text;
  if (provider === "none") return request;
  const made = new analyzer.AnalyzerProviderResource()
    .setUrn(urn([PROVIDER_TYPE], provider.name))
    .setType(PROVIDER_TYPE)
    .setName(provider.name)
    .setProperties(toStruct(provider.props));
  return request.setProvider(made);
}

function nameOf({ metadata }: Readonly<Record<string, unknown>>): string {
  const named = typeof metadata === "object" && metadata !== null && "name" in metadata ? metadata.name : undefined;
  return typeof named === "string" ? named : "sample";
}
