import analyzer, { type AnalyzeRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";
import struct, { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { z } from "zod";

const resourceSchema = z.object({
  urn: z.string(),
  type: z.string(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  parent: z.string().default(""),
  protect: z.boolean().default(false),
  /** `<urn>::<id>` */
  provider: z.string().default(""),
  ignoreChanges: z.array(z.string()).default([]),
});
const exportSchema = z.object({ deployment: z.object({ resources: z.array(resourceSchema) }) });
type Resource = z.output<typeof resourceSchema>;

/** What the engine would ask the pack about each resource of a stack, from `pulumi stack export`, in its order. */
export function requestsOfState(json: string): readonly AnalyzeRequest[] {
  const { resources } = exportSchema.parse(JSON.parse(json)).deployment;
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.map((resource) => toRequest(resource, byUrn));
}

function toRequest(resource: Resource, byUrn: ReadonlyMap<string, Resource>): AnalyzeRequest {
  const { urn, type, inputs, parent, protect, ignoreChanges } = resource;
  const options = new analyzer.AnalyzerResourceOptions()
    .setParent(parent)
    .setProtect(protect)
    .setIgnorechangesList(ignoreChanges);
  const request = new analyzer.AnalyzeRequest()
    .setUrn(urn)
    .setType(type)
    .setName(nameOf(urn))
    .setProperties(toStruct(inputs))
    .setOptions(options);
  const provider = byUrn.get(resource.provider.slice(0, resource.provider.lastIndexOf("::")));
  if (provider === undefined) return request;
  return request.setProvider(
    new analyzer.AnalyzerProviderResource()
      .setUrn(provider.urn)
      .setType(provider.type)
      .setName(nameOf(provider.urn))
      .setProperties(toStruct(provider.inputs)),
  );
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** Without what the engine adds for itself. */
function toStruct(inputs: Readonly<Record<string, unknown>>): struct.Struct {
  const sent = Object.entries(inputs).filter(([key]) => !key.startsWith("__"));
  // It was read from JSON.
  return struct.Struct.fromJavaScript(Object.fromEntries(sent) as Record<string, JavaScriptValue>);
}
