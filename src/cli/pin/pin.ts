import { loadCatalogue } from "../../adapters/catalogue.ts";
import { loadStackFile, stagesPath } from "../../adapters/stage-loader.ts";
import { writeStackFile } from "../../adapters/stack-file-writer.ts";
import { loadTrust } from "../../adapters/trust/load-trust.ts";
import { resolveVersion, verifyVersion, type ResolvedVersion } from "../../adapters/versions.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { findFedStage, planPin, type PinPlan } from "../../delivery/pin-plan.ts";
import type { Application } from "../../model/application.ts";
import { findApplication } from "../../model/catalogue.ts";
import { nameOf, parseReference, type Reference } from "../../model/reference.ts";
import { accepted, andThen, combine, orThrow, refused, type Outcome } from "../../model/refusal.ts";
import { parseStackFile, stackFileName, type StackFile } from "../../model/stack-file.ts";
import type { SignerTrust } from "../../model/trusted-signers.ts";
import type { YamlSource } from "../../model/yaml-source.ts";
import { confirm, type ChangeOptions } from "../confirmation.ts";
import { planToJson, renderPinPlan, type Signers } from "./plan-text.ts";

export interface PinOptions extends ChangeOptions {
  readonly chart?: string;
  readonly acceptDowntime?: boolean;
  readonly otherRepository?: boolean;
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
  readonly trust: SignerTrust;
}

/** Plans a pin, shows it, asks, and writes it. @throws RefusalError with every reason */
export async function pin(call: PinCall): Promise<void> {
  const { options, signal } = call;
  const inputs = orThrow(await readInputs(call), 2);
  const { plan, signedBy } = await resolvePlan(call, inputs);
  const written = plan.changes.length === 0 || options.dryRun === true ? [] : plan.changes;
  if (options.json !== true) process.stdout.write(`${renderPinPlan(plan, signedBy)}\n`);
  const confirmed = written.length > 0 && (await confirm(`Write ${stackFileName(call.stage)}?`, options, signal));
  if (confirmed) await writeStackFile(call.stage, inputs.source, written);
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(planToJson(plan, signedBy, confirmed), undefined, 2)}\n`);
  else if (confirmed)
    process.stdout.write(
      `wrote ${stackFileName(call.stage)}. Next: git commit it, then npm run deploy -- ${call.stage}\n`,
    );
  else if (written.length > 0) process.stdout.write("nothing was written\n");
}

async function readInputs({ stage, application, image, options }: PinCall): Promise<Outcome<PinInputs>> {
  const trust = await loadTrust();
  const definition = andThen(trust, ({ stages }) => findFedStage(stages, stage, displayPath(stagesPath())));
  const read = combine({
    definition,
    application: andThen(await loadCatalogue(), (catalogue) => findApplication(catalogue, application)),
    // A stage of another name has no file to speak of.
    source: definition.kind === "refused" ? definition : await loadStackFile(stage),
    image: parseTagged("<image>", image),
    chart:
      options.chart === undefined
        ? accepted(undefined)
        : parseTagged("--chart", options.chart.replace(/^oci:\/\//, "")),
    trust,
  });
  return andThen(read, (inputs) => {
    const { stackFile, refusals } = parseStackFile(inputs.source);
    return refusals.length > 0 ? refused(refusals) : accepted({ ...inputs, stackFile });
  });
}

async function resolvePlan(call: PinCall, inputs: PinInputs): Promise<{ plan: PinPlan; signedBy: Signers }> {
  const { stage, options, signal } = call;
  const { application, stackFile, source, trust } = inputs;
  const place = { path: `${nameOf(inputs.image)}:${inputs.image.tag}` };
  const [image, chart] = await Promise.all([
    resolveVersion({ stage, trust, signal, kind: "image", reference: inputs.image, place }),
    resolveChart(call, inputs),
  ]);
  const versions = orThrow(combine({ image, chart }), 1);
  const planned = planPin({
    stage,
    application,
    image: versions.image.reference,
    facts: versions.image.facts,
    chart: versions.chart?.reference,
    stackFile,
    acceptDowntime: options.acceptDowntime === true,
    otherRepository: options.otherRepository === true,
    nowMs: Date.now(),
    placeOf: (path) => source.placeOf(path),
  });
  const plan = orThrow(planned, 1);
  if (versions.chart === undefined) throw new Error("a pin was planned without a chart");
  return { plan, signedBy: { image: versions.image.signedBy, chart: versions.chart.signedBy } };
}

/** The chart that was asked for, else the pinned one, which is verified as strictly: the keys may have changed since. */
async function resolveChart(
  { stage, signal }: PinCall,
  { application, chart, trust, source, stackFile }: PinInputs,
): Promise<Outcome<ResolvedVersion | undefined>> {
  const question = { stage, trust, signal, kind: "chart" as const };
  if (chart !== undefined) {
    return resolveVersion({ ...question, reference: chart, place: { path: `${nameOf(chart)}:${chart.tag}` } });
  }
  const kept = stackFile.pins.get(application.name)?.chart;
  if (kept === undefined) return accepted(undefined);
  const place = source.placeOf(["config", "lockstep:pins", application.name, "chart"]);
  return verifyVersion({ ...question, reference: kept, place });
}

function parseTagged(argument: string, text: string): Outcome<Tagged> {
  const parsed = parseReference(text);
  if (parsed.kind === "reference" && parsed.reference.tag !== undefined) {
    return accepted({ ...parsed.reference, tag: parsed.reference.tag });
  }
  return refused([
    {
      code: parsed.kind === "problem" ? parsed.problem : "no-tag",
      place: { path: argument },
      found: text,
      expected: "registry/repository:tag, the registry written out",
      action: "for example registry.example.com/ehealth/appointments:1.4.2",
    },
  ]);
}
