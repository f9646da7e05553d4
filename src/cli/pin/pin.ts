import { loadCatalogue } from "../../adapters/catalogue.ts";
import { loadImageKeys } from "../../adapters/image-keys.ts";
import { loadStackFile, loadStages, stagesPath } from "../../adapters/stage-loader.ts";
import { writeStackFile } from "../../adapters/stack-file-writer.ts";
import { resolveVersion, type ResolvedVersion } from "../../adapters/versions.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { planPin, type PinPlan } from "../../delivery/pin-plan.ts";
import type { Application } from "../../model/application.ts";
import { findApplication } from "../../model/catalogue.ts";
import { nameOf, parseReference, type Reference } from "../../model/reference.ts";
import { accepted, refused, RefusalError, type ExitCode, type Outcome, type Refusal } from "../../model/refusal.ts";
import { parseStackFile, stackFileName, type StackFile } from "../../model/stack-file.ts";
import { findStage } from "../../model/stages.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { planToJson, renderPinPlan } from "./plan-text.ts";

export interface PinOptions extends ChangeOptions {
  readonly chart?: string;
  readonly acceptDowntime?: boolean;
}

export interface PinCall {
  readonly stage: string;
  readonly application: string;
  readonly image: string;
  readonly options: PinOptions;
  readonly signal: AbortSignal;
}

type Tagged = Reference & { readonly tag: string };

interface PinInputs {
  readonly application: Application;
  readonly stackFile: StackFile;
  readonly source: YamlSource;
  readonly image: Tagged;
  readonly chart: Tagged | undefined;
}

/** Plans a pin, shows it, asks, and writes it. @throws RefusalError with every reason */
export async function pin(call: PinCall): Promise<void> {
  const { options, signal } = call;
  const inputs = orThrow(await readInputs(call), 2);
  const { plan, signedBy } = await resolvePlan(call, inputs);
  const written = plan.changes.length === 0 || options.dryRun === true ? [] : plan.changes;
  const go = async (): Promise<void> => {
    await writeStackFile(call.stage, inputs.source, written);
  };
  if (options.json !== true) process.stdout.write(`${renderPinPlan(plan, signedBy)}\n`);
  const confirmed = written.length > 0 && (await confirm(`Write ${stackFileName(call.stage)}?`, options, signal));
  if (confirmed) await go();
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(planToJson(plan, signedBy, confirmed), undefined, 2)}\n`);
  else if (confirmed) process.stdout.write(`wrote ${stackFileName(call.stage)}. Next: pulumi up -s ${call.stage}\n`);
  else if (written.length > 0) process.stdout.write("nothing was written\n");
}

async function readInputs(call: PinCall): Promise<Outcome<PinInputs>> {
  const stages = await loadStages();
  const definition =
    stages.kind === "refused" ? stages : findStage(stages.value, call.stage, displayPath(stagesPath()));
  const fed = definition.kind === "refused" ? definition : refuseUnfed(definition.value.from, call);
  const catalogue = await loadCatalogue();
  const application = catalogue.kind === "refused" ? catalogue : findApplication(catalogue.value, call.application);
  const source = definition.kind === "refused" ? definition : await loadStackFile(call.stage);
  const image = parseTagged("<image>", call.image);
  const chart =
    call.options.chart === undefined ? undefined : parseTagged("--chart", call.options.chart.replace(/^oci:\/\//, ""));
  const outcomes = [fed, application, source, image, ...(chart === undefined ? [] : [chart])];
  if (
    fed.kind === "accepted" &&
    application.kind === "accepted" &&
    source.kind === "accepted" &&
    image.kind === "accepted" &&
    chart?.kind !== "refused"
  ) {
    const parsed = parseStackFile(source.value);
    if (parsed.refusals.length > 0) return refused(parsed.refusals);
    return accepted({
      application: application.value,
      stackFile: parsed.stackFile,
      source: source.value,
      image: image.value,
      chart: chart?.value,
    });
  }
  return refused([...new Set(outcomes.flatMap((outcome) => (outcome.kind === "refused" ? outcome.refusals : [])))]);
}

async function resolvePlan(call: PinCall, inputs: PinInputs): Promise<{ plan: PinPlan; signedBy: string }> {
  const { stage, signal, options } = call;
  const keys = orThrow(await loadImageKeys(), 2);
  const resolve = (kind: "image" | "chart", reference: Tagged): Promise<Outcome<ResolvedVersion>> =>
    resolveVersion({ stage, kind, reference, keys, place: { path: `${nameOf(reference)}:${reference.tag}` }, signal });
  const [image, chart] = await Promise.all([
    resolve("image", inputs.image),
    inputs.chart === undefined ? undefined : resolve("chart", inputs.chart),
  ]);
  const refusals = [image, chart].flatMap((outcome) => (outcome?.kind === "refused" ? outcome.refusals : []));
  if (image.kind === "refused" || chart?.kind === "refused") throw new RefusalError(refusals);
  const plan = planPin({
    stage,
    application: inputs.application,
    image: image.value.reference,
    facts: image.value.facts,
    chart: chart?.value.reference,
    stackFile: inputs.stackFile,
    acceptDowntime: options.acceptDowntime === true,
    place: inputs.source.placeOf(["config", "lockstep:pins", call.application]),
  });
  return { plan: orThrow(plan, 1), signedBy: image.value.signedBy };
}

function refuseUnfed(from: "registry" | readonly string[], { stage, application }: PinCall): Outcome<undefined> {
  if (from === "registry") return accepted(undefined);
  return refused([
    {
      code: "stage-not-fed",
      place: { path: stage },
      found: `${stage} takes its versions from ${from.join(" or ")}`,
      expected: "a stage that the registry feeds",
      action: `npm run promote -- ${from[0] ?? ""} ${stage} ${application}`,
    },
  ]);
}

function parseTagged(argument: string, text: string): Outcome<Tagged> {
  const parsed = parseReference(text);
  if (parsed.kind === "reference" && parsed.reference.tag !== undefined) {
    return accepted({ ...parsed.reference, tag: parsed.reference.tag });
  }
  const refusal: Refusal = {
    code: parsed.kind === "problem" ? parsed.problem : "no-tag",
    place: { path: argument },
    found: text,
    expected: "registry/repository:tag, the registry written out",
    action: "for example registry.example.com/ehealth/appointments:1.4.2",
  };
  return refused([refusal]);
}

function orThrow<T>(outcome: Outcome<T>, exitCode: ExitCode): T {
  if (outcome.kind === "refused") throw new RefusalError(outcome.refusals, exitCode);
  return outcome.value;
}
