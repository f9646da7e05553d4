// npm run bench: what Lockstep costs, on a sandbox of its own. Never part of the tests. See docs/performance.md.
import { Command, InvalidArgumentError, Option } from "commander";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { furtherSteps, upTools } from "../src/cli/sandbox/steps.ts";
import { reportFailure } from "../src/cli/failure.ts";
import { untilInterrupted } from "../src/cli/interruption.ts";
import { sandboxEnvironment } from "../sandbox/environment.ts";
import { sandboxLocation, type SandboxLocation } from "../sandbox/location.ts";
import { resetSandbox } from "../sandbox/reset.ts";
import { referenceOf, sampleArtefacts } from "../sandbox/samples/artefacts.ts";
import { upSandbox } from "../sandbox/up.ts";
import { resolveTools, type ResolvedTools } from "../tools/resolve.ts";
import { showToolProgress } from "../tools/terminal.ts";
import type { PinnedReference } from "../src/model/reference.ts";
import { measureDeploy, type DeployReport } from "./deploy-measurements.ts";
import { keepEngineLogs } from "./engine-logs.ts";
import type { FleetSetting } from "./fleet.ts";
import {
  describeMachine,
  measureFleet,
  measureStartUp,
  TOPICS,
  type Plan,
  type Report,
  type Topic,
} from "./measurements.ts";
import { POLICY_PACK_OPTION } from "./policy-fleet.ts";
import { measurePolicy, type PolicyReport } from "./policy-measurements.ts";
import { measurePromotion, type PromotionSize } from "./promotion-measurements.ts";
import { renderReport } from "./report-text.ts";
import { timeSandboxStart } from "./sandbox-start.ts";
import { publishSignedImages } from "./signed-images.ts";

interface Options {
  readonly quick?: true;
  readonly only?: Topic;
  readonly runs?: number;
  readonly portBase: number;
  readonly json?: true;
}

type Tools = ResolvedTools<(typeof upTools)[number]>;

const DEFAULT_RUNS = 5;
const SIZES = [3, 50, 200];
/** Nothing of it is deployed. */
const PROMOTION_SIZES = [250, 500, 1000];
/** They start none, or measure just that. */
const WITHOUT_SANDBOX: ReadonlySet<Topic> = new Set(["sandbox", "promotion"]);
/** The size that the target of `deploy` is about. */
const DEPLOY_SIZE = 50;
const DEFAULT_PORT_BASE = 27_600;

function toPlan({ quick, only, runs }: Options): Plan {
  return {
    topics: new Set(only === undefined ? TOPICS : [only]),
    sizes: quick === true ? SIZES.slice(0, 1) : only === "image" || only === "policy" ? SIZES.slice(-1) : SIZES,
    quick: quick === true,
    runs: runs ?? (quick === true ? 1 : DEFAULT_RUNS),
  };
}

async function bench(options: Options, signal: AbortSignal): Promise<void> {
  const tools = await showToolProgress(process.stderr, (onEvent) => resolveTools(upTools, { signal, onEvent }));
  const folder = await mkdtemp(path.join(tmpdir(), "lockstep-bench-"));
  const location = sandboxLocation(path.join(folder, "sandbox"), options.portBase);
  try {
    const report = await measure(toPlan(options), { folder, location, tools, signal });
    process.stdout.write(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report));
  } finally {
    // With no signal: it is what an interrupted run needs most.
    await resetSandbox(location);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly folder: string;
  readonly location: SandboxLocation;
  readonly tools: Tools;
  readonly signal: AbortSignal;
}

async function measure(plan: Plan, { folder, location, tools, signal }: Place): Promise<Report> {
  const { topics, sizes, runs } = plan;
  const machine = describeMachine();
  const sandboxStartMs = topics.has("sandbox")
    ? await timeSandboxStarts(runs, { folder, location, tools, signal })
    : [];
  const promotion = topics.has("promotion") ? await benchPromotion(plan, folder, signal) : undefined;
  const report = {
    ...{ machine, runs },
    ...(sandboxStartMs.length === 0 ? {} : { sandboxStartMs }),
    ...(promotion === undefined ? {} : { promotion }),
  };
  if ([...topics].every((topic) => WITHOUT_SANDBOX.has(topic))) return { ...report, fleets: [] };

  say("starting the sandbox, with samples");
  await upSandbox(location, { tools, signal, furtherSteps });
  const setting = async (name: string): Promise<FleetSetting & { readonly pulumiHome: string }> => ({
    folder: path.join(folder, name),
    pulumi: tools.paths.pulumi,
    kubectl: tools.paths.kubectl,
    pulumiHome: location.pulumiHome,
    // What is measured beside others runs without the policy pack; `policy` attaches the project's own.
    env: { ...sandboxEnvironment(location, tools), [POLICY_PACK_OPTION]: "" },
    ...(await samplesOf(location)),
    signal,
  });
  await keepEngineLogs(location.pulumiHome, false);
  const startUp = topics.has("start-up") ? await measureStartUp(await setting("start-up"), runs, say) : undefined;
  const policy = topics.has("policy") ? await benchPolicy(plan, setting, { location, tools, signal }) : undefined;
  const deploy = topics.has("deploy") ? await benchDeploy(plan, setting, { location, tools, signal }) : undefined;
  const fleets = [];
  if (topics.has("no-op") || topics.has("image")) {
    for (const size of sizes)
      fleets.push(await measureFleet(size, await setting(String(size)), plan, size === sizes.at(-1), say));
  }
  return {
    ...report,
    ...(startUp === undefined ? {} : { startUp }),
    ...(policy === undefined ? {} : { policy }),
    ...(deploy === undefined ? {} : { deploy }),
    fleets,
  };
}

function benchPromotion({ runs, quick }: Plan, folder: string, signal: AbortSignal): Promise<readonly PromotionSize[]> {
  const sizes = quick ? PROMOTION_SIZES.slice(0, 1) : PROMOTION_SIZES;
  return measurePromotion({ folder: path.join(folder, "promotion"), sizes, runs, signal, say });
}

async function benchPolicy(
  { sizes, runs }: Plan,
  setting: (name: string) => Promise<FleetSetting>,
  { location, tools, signal }: Omit<Place, "folder">,
): Promise<PolicyReport> {
  const signedImages = await signImages(Math.max(...sizes), { location, tools, signal });
  return measurePolicy({ ...(await setting("policy")), signedImages, runs, say });
}

async function benchDeploy(
  { quick, runs }: Plan,
  setting: (name: string) => Promise<FleetSetting>,
  place: Omit<Place, "folder">,
): Promise<DeployReport> {
  const signedImages = await signImages(quick ? Math.min(...SIZES) : DEPLOY_SIZE, place);
  return measureDeploy({ ...(await setting("deploy")), helm: place.tools.paths.helm, signedImages, runs, say });
}

function signImages(
  count: number,
  { location, tools, signal }: Omit<Place, "folder">,
): Promise<readonly PinnedReference[]> {
  say(`signing ${count} images`);
  const publishing = { sandboxDir: location.folder, registry: location.registry, tools: tools.paths, signal };
  return publishSignedImages(count, publishing);
}

async function timeSandboxStarts(runs: number, { location, tools, signal }: Place): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const ms = await timeSandboxStart(location, tools, signal);
    say(`sandbox start: ${(ms / 1000).toFixed(1)} s`);
    times.push(ms);
  }
  return times;
}

async function samplesOf(location: SandboxLocation): Promise<Pick<FleetSetting, "chart" | "images">> {
  const references = (await sampleArtefacts()).map((artefact) => referenceOf(location.registry, artefact));
  const find = (repository: string, tag: string): PinnedReference => {
    const found = references.find((reference) => reference.repository === repository && reference.tag === tag);
    if (found === undefined) throw new Error(`the samples have no ${repository}:${tag}`);
    return found;
  };
  return {
    chart: find("charts/web-service", "2.1.0"),
    images: [find("ehealth/portal", "2.3.0"), find("ehealth/portal", "2.3.1")],
  };
}

/** Standard output is for the report. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function parseCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number from 1");
  return Number(text);
}

const command = new Command("bench")
  .description("Measures what Lockstep costs, on a sandbox of its own in a temporary folder (about 35 minutes).")
  .option("--quick", "3 applications, one run")
  .addOption(new Option("--only <topic>", "one topic").choices(TOPICS))
  .option("--runs <number>", `runs of each (default: ${DEFAULT_RUNS})`, parseCount)
  .option("--port-base <port>", "the first of the sandbox's seven ports", parseCount, DEFAULT_PORT_BASE)
  .option("--json", "for programs")
  .action(async (options: Options) => {
    await untilInterrupted((signal) => bench(options, signal));
  });

try {
  await command.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, false);
}
