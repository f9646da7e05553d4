import Table from "cli-table3";
import { foreignImages, sampleApplications, type SampleVersion } from "../../../sandbox/samples/applications.ts";
import { stackFileName } from "../../model/stack-file.ts";
import type { RunningApplication } from "./stack-outputs.ts";

export interface Summary {
  readonly stage: string;
  /** Host and port of the sandbox's registry. */
  readonly registry: string;
  /** As people type it. */
  readonly environmentFile: string;
  /** A private key of somebody who may promote here, as people type it. */
  readonly promoterKey: string;
  readonly applications: readonly RunningApplication[];
}

/** The application that the suggestions are about: it has versions that work and one that nobody signed. */
const EXAMPLE = "portal";
/** The stage after the one that runs. */
const NEXT_STAGE = "extest";
/** Deployed with somebody else's chart, and switched off in the committed stack file. */
const FOREIGN = foreignImages[0]?.name ?? "";

/** What `quickstart` ends with: what runs, and what to try. Every line can be typed as it stands. */
export function renderSummary(summary: Summary): string {
  const { stage, registry, environmentFile, promoterKey, applications } = summary;
  const running = new Map(applications.map(({ name, version }) => [name, version]));
  const pin = (version: string | undefined): string =>
    `npm run pin -- ${stage} ${EXAMPLE} ${registry}/ehealth/${EXAMPLE}:${version ?? "<version>"}`;
  const foreign = `edit ${stackFileName(stage)}, set ${FOREIGN}'s enabled to true, and pulumi up -s ${stage}   # somebody else's chart`;
  const suggestions = [
    `source ${environmentFile}`,
    "kubectl get pods -A",
    `pulumi preview -s ${stage}                 # nothing to do`,
    `npm run promote -- ${stage} ${NEXT_STAGE} --commit --key ${promoterKey}`,
    `pulumi up -s ${NEXT_STAGE}                       # what ${stage} runs; docs/promoting.md goes on to prod`,
    pin(otherVersion(running.get(EXAMPLE))),
    `pulumi up -s ${stage}                      # rolls it out; git diff shows what was pinned`,
    `${pin(unsignedVersion())}   # refused`,
    ...(running.has(FOREIGN) ? [] : [foreign]),
    `edit ${stackFileName(stage)}, misspell a key, and pulumi preview -s ${stage}`,
    "npm run check                              # what a pull request is judged by, without a cluster",
    "npm run sandbox -- down                    # stops the sandbox and keeps its data",
  ];
  return [
    "",
    `Running in ${stage}:`,
    tableOf(applications),
    "",
    "Try next:",
    ...suggestions.map((line) => `  ${line}`),
    "",
  ].join("\n");
}

function tableOf(applications: readonly RunningApplication[]): string {
  const table = new Table({ head: ["application", "version", "ready", "hosts"], style: { head: [], border: [] } });
  for (const { name, version, readyReplicas, hosts } of applications) {
    table.push([name, version, String(readyReplicas), hosts.join(", ")]);
  }
  return table.toString();
}

/** The latest that works and does not run already: a pin of what runs would change nothing. */
function otherVersion(running: string | undefined): string | undefined {
  const working = exampleVersions().filter(
    ({ behaviour, signedBy }) => behaviour === "ready" && signedBy === "sandbox",
  );
  return working.findLast(({ version }) => version !== running)?.version;
}

function unsignedVersion(): string | undefined {
  return exampleVersions().find(({ signedBy }) => signedBy === "nobody")?.version;
}

function exampleVersions(): readonly SampleVersion[] {
  return sampleApplications.find(({ name }) => name === EXAMPLE)?.versions ?? [];
}
