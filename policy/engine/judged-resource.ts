import type { PolicyResourceOptions } from "@pulumi/policy";
import type { AnalyzeRequest, AnalyzerResource } from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { JudgedProvider, JudgedResource, PropertyPath } from "../rule.ts";
import { unknownCheckingProxy } from "./unknown-values.ts";

/** Property-graph values with a meaning of their own carry this key (pulumi/pulumi, sdk/proto/go/…/signatures). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** A resource of the engine as rules see it: what @pulumi/policy makes of it, and where its secrets are. */
export function toJudgedResource(request: AnalyzeRequest | AnalyzerResource): JudgedResource {
  const secrets = new SecretPaths();
  const sent = request.getProperties()?.toJavaScript() ?? {};
  const props = readObject(sent, [], secrets);
  return {
    urn: request.getUrn(),
    type: request.getType(),
    name: request.getName(),
    props: unknownCheckingProxy(props),
    opts: toOptions(request),
    provider: toProvider(request),
    isSecret: (path) => secrets.includes(path),
  };
}

function toProvider(request: AnalyzeRequest | AnalyzerResource): JudgedProvider | undefined {
  const provider = request.getProvider();
  if (provider === undefined) return undefined;
  const sent = provider.getProperties()?.toJavaScript() ?? {};
  const props = unknownCheckingProxy(readObject(sent, [], new SecretPaths()));
  return { urn: provider.getUrn(), type: provider.getType(), name: provider.getName(), props };
}

class SecretPaths {
  readonly #paths = new Set<string>();

  add(path: PropertyPath): void {
    this.#paths.add(JSON.stringify(path));
  }

  /** What lies in a secret is secret. */
  includes(path: PropertyPath): boolean {
    return [...path.keys(), path.length].some((length) => this.#paths.has(JSON.stringify(path.slice(0, length))));
  }
}

function readValue(value: unknown, path: PropertyPath, secrets: SecretPaths): unknown {
  if (Array.isArray(value)) return value.map((element, index) => readValue(element, [...path, index], secrets));
  if (typeof value !== "object" || value === null) return value;
  // Of a JSON object of the engine.
  const object = value as Readonly<Record<string, unknown>>;
  if (object[SIGNATURE_KEY] !== SECRET_SIGNATURE) return readObject(object, path, secrets);
  secrets.add(path);
  return readValue(object["value"], path, secrets);
}

function readObject(
  object: Readonly<Record<string, unknown>>,
  path: PropertyPath,
  secrets: SecretPaths,
): Record<string, unknown> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  // Made of entries, a key such as `__proto__` is a key.
  return Object.fromEntries(entries.map(([key, value]) => [key, readValue(value, [...path, key], secrets)]));
}

function toOptions(request: AnalyzeRequest | AnalyzerResource): PolicyResourceOptions {
  const options = request.getOptions();
  if (options === undefined) throw new Error("a more recent version of the Pulumi CLI is required");
  const timeouts = options.getCustomtimeouts();
  const parent = options.getParent() || ("getParent" in request ? request.getParent() : "");
  return {
    protect: options.getProtect(),
    ignoreChanges: options.getIgnorechangesList(),
    aliases: options.getAliasesList(),
    customTimeouts: {
      createSeconds: timeouts?.getCreate() ?? 0,
      updateSeconds: timeouts?.getUpdate() ?? 0,
      deleteSeconds: timeouts?.getDelete() ?? 0,
    },
    additionalSecretOutputs: options.getAdditionalsecretoutputsList(),
    ...(options.getDeletebeforereplacedefined() ? { deleteBeforeReplace: options.getDeletebeforereplace() } : {}),
    ...(parent === "" ? {} : { parent }),
  };
}
