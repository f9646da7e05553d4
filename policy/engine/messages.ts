import { readFileSync } from "node:fs";
import { join } from "node:path";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty, { type Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { PACK_NAME } from "../../src/delivery/policy-wording.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Pack } from "../pack.ts";
import type { RuleText } from "../rule.ts";

const PACK_VERSION = readVersion();

const LEVELS = {
  advisory: analyzer.EnforcementLevel.ADVISORY,
  mandatory: analyzer.EnforcementLevel.MANDATORY,
} as const;

export function toPluginInfo(): plugin.PluginInfo {
  return new plugin.PluginInfo().setVersion(PACK_VERSION);
}

/**
 * What the engine lists. "Does not support configuration" makes the engine itself refuse --policy-pack-config; its
 * answer would otherwise switch rules off before they are asked.
 */
export function toInfo(pack: Pack): analyzer.AnalyzerInfo {
  const { POLICY_TYPE_RESOURCE, POLICY_TYPE_STACK } = analyzer.PolicyType;
  return new analyzer.AnalyzerInfo()
    .setName(PACK_NAME)
    .setVersion(PACK_VERSION)
    .setSupportsconfig(false)
    .setPoliciesList([
      ...pack.resourceRules.map((rule) => toPolicy(rule, POLICY_TYPE_RESOURCE)),
      ...pack.stackRules.map((rule) => toPolicy(rule, POLICY_TYPE_STACK)),
    ]);
}

function toPolicy({ id, title, why, fix, level }: RuleText, type: analyzer.PolicyType): analyzer.PolicyInfo {
  return new analyzer.PolicyInfo()
    .setName(id)
    .setDisplayname(title)
    .setDescription(`${title}. ${why}`)
    .setRemediationSteps(fix)
    .setEnforcementlevel(LEVELS[level])
    .setPolicyType(type);
}

/** An engine that asks nevertheless, with any configuration, gets no pack that is weaker for it. */
export function refuseConfiguration(request: analyzer.ConfigureAnalyzerRequest): Empty {
  const names = [...request.getPolicyconfigMap().keys()];
  if (names.length === 0) return emptyAnswer();
  throw new Error(`no rule of ${PACK_NAME} takes configuration, and none can be switched off: ${names.join(", ")}`);
}

export function toResponse(diagnostics: readonly Diagnostic[]): analyzer.AnalyzeResponse {
  return new analyzer.AnalyzeResponse().setDiagnosticsList(diagnostics.map(toMessage));
}

function toMessage({ policy, level, description, message, urn }: Diagnostic): analyzer.AnalyzeDiagnostic {
  const diagnostic = new analyzer.AnalyzeDiagnostic()
    .setPolicyname(policy)
    .setPolicypackname(PACK_NAME)
    .setPolicypackversion(PACK_VERSION)
    .setDescription(description)
    .setMessage(message)
    .setEnforcementlevel(LEVELS[level]);
  return urn === undefined ? diagnostic : diagnostic.setUrn(urn);
}

export function emptyAnswer(): Empty {
  return new empty.Empty();
}

function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8");
  // The pack's own file.
  return (JSON.parse(text) as { readonly version: string }).version;
}
