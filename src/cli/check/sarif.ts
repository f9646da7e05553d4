import type { Log, ReportingDescriptor, Result, Location } from "sarif";
import { printable, type Refusal } from "../../model/refusal.ts";
import { checkTitles, type CheckName, type CheckResult } from "./check-result.ts";

/** What is known of a rule beforehand. */
export interface RuleDescription {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

interface Finding {
  readonly stage: string | undefined;
  readonly check: CheckName;
  readonly level: "error" | "note";
  readonly refusal: Refusal;
}

/** SARIF 2.1.0 (OASIS), as GitHub's and GitLab's code scanning read it. */
export function toSarif(results: readonly CheckResult[], rules: readonly RuleDescription[], version: string): Log {
  const findings = results.flatMap(({ stage, check, refusals, advice }) => [
    ...refusals.map((refusal) => ({ stage, check, level: "error" as const, refusal })),
    ...advice.map((refusal) => ({ stage, check, level: "note" as const, refusal })),
  ]);
  const descriptors = toDescriptors(findings, rules);
  const indices = new Map(descriptors.map(({ id }, index) => [id, index]));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "lockstep", semanticVersion: version, rules: descriptors } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => toResult(finding, indices.get(finding.refusal.code) ?? 0)),
      },
    ],
  };
}

/** All rules of the pack, then the other codes that were found. */
function toDescriptors(findings: readonly Finding[], rules: readonly RuleDescription[]): ReportingDescriptor[] {
  const known = rules.map(({ id, title, why, fix }) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why}\n\n${fix}` },
  }));
  const ids = new Set(known.map(({ id }) => id));
  const others = new Map(findings.map(({ refusal, check }) => [refusal.code, check] as const));
  return [
    ...known,
    ...[...others]
      .filter(([code]) => !ids.has(code))
      .map(([id, check]) => ({
        id,
        shortDescription: { text: id.replaceAll("-", " ") },
        fullDescription: { text: `Found by: ${checkTitles[check]}` },
        help: { text: "The message says what was found, what was expected and what to do." },
      })),
  ];
}

function toResult({ stage, level, refusal }: Finding, ruleIndex: number): Result {
  const { code, found, expected, action, place } = refusal;
  const where = [stage, place.path].filter((part) => part !== undefined).join(" ");
  const text = [`${where}: found ${found}`, `expected ${expected}`, `try ${action}`].map(printable).join("\n");
  return {
    ruleId: code,
    ruleIndex,
    level,
    message: { text },
    locations: [toLocation(refusal, stage)],
    partialFingerprints: {
      "lockstep/v1": JSON.stringify([code, stage ?? "", place.file ?? "", place.path ?? "", found]),
    },
  };
}

/** Code scanning shows only what stands in a file: what has none is shown at the stage's, or the project's. */
function toLocation({ place }: Refusal, stage: string | undefined): Location {
  const { file, line, column, path } = place;
  const isInside = file !== undefined && !file.startsWith("/") && !file.startsWith("..");
  const uri = isInside ? file : stage === undefined ? "Pulumi.yaml" : `Pulumi.${stage}.yaml`;
  const region =
    isInside && line !== undefined
      ? { startLine: line, ...(column === undefined ? {} : { startColumn: column }) }
      : { startLine: 1 };
  return {
    physicalLocation: { artifactLocation: { uri: encodeURI(uri), uriBaseId: "%SRCROOT%" }, region },
    ...(path === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: printable(path) }] }),
  };
}
