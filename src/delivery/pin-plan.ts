import type { Application } from "../model/application.ts";
import type { ImageFacts } from "../model/image-facts.ts";
import type { Pin } from "../model/pin.ts";
import { nameOf, type PinnedReference } from "../model/reference.ts";
import { accepted, andThen, refused, type Outcome, type Place, type Refusal } from "../model/refusal.ts";
import type { StackFile } from "../model/stack-file.ts";
import type { KeyPath } from "../model/yaml-source.ts";
import { findStage, type StageDefinition, type Stages } from "../model/stages.ts";
import { refuseHeldVersion } from "./held.ts";
import { refusePinStep, toPinStep, type PinStep } from "./pin-step.ts";

export interface PinRequest {
  readonly stage: string;
  readonly application: Application;
  readonly image: PinnedReference;
  readonly facts: ImageFacts;
  /** A chart that was asked for; without it the pinned one stays. */
  readonly chart: PinnedReference | undefined;
  readonly stackFile: StackFile;
  readonly acceptDowntime: boolean;
  /** Whether the image may come from another registry or repository than the pinned one. */
  readonly otherRepository: boolean;
  readonly nowMs: number;
  /** In the stage's file. */
  readonly placeOf: (path: KeyPath) => Place;
}

export interface PinPlan extends PinStep {
  readonly stage: string;
  readonly application: string;
}

/** What `pin` would write, or every reason why not. */
export function planPin(request: PinRequest): Outcome<PinPlan> {
  const { stage, application, image, facts, stackFile } = request;
  const { name } = application;
  const before = stackFile.pins.get(name);
  const chart = request.chart ?? before?.chart;
  const place = request.placeOf(["config", "lockstep:pins", name]);
  const refusals = [
    ...refuseRepository(request, before, place),
    ...refuseChart(request, chart, place),
    ...refuseHeldVersion({ ...request, application: name }),
    ...refusePinStep({ ...request, wanted: facts.schema, place }),
  ];
  if (chart === undefined || refusals.length > 0) return refused(refusals);
  const step = toPinStep({ application, stackFile, after: { image, chart, ...facts } });
  return accepted({ stage, application: name, ...step });
}

/** The stage, where it takes its versions from the registry: into others they are promoted. */
export function findFedStage(stages: Stages, name: string, file: string): Outcome<StageDefinition> {
  return andThen(findStage(stages, name, file), (stage) => {
    if (stage.from === "registry") return accepted(stage);
    const fed = [...stages.values()].filter(({ from }) => from === "registry").map((other) => other.name);
    return refused([
      {
        code: "stage-not-fed",
        place: { path: name },
        found: `${name}, which takes its versions from ${stage.from.join(" or ")}`,
        expected: `a stage that the registry feeds: ${fed.join(", ")}`,
        action: `pin it in ${fed.join(" or ")}: versions reach ${name} by promotion`,
      },
    ]);
  });
}

/** A signature says who made an image, not of which application it is. */
function refuseRepository(
  { application, image, otherRepository }: PinRequest,
  before: Pin | undefined,
  place: Place,
): Refusal[] {
  if (before === undefined || otherRepository || nameOf(image) === nameOf(before.image)) return [];
  return [
    {
      code: "other-repository",
      place,
      found: nameOf(image),
      expected: `${nameOf(before.image)}, from which ${application.name} came until now`,
      action: "correct the image, or add --other-repository where the application has moved",
    },
  ];
}

function refuseChart({ application, stage }: PinRequest, chart: PinnedReference | undefined, place: Place): Refusal[] {
  const { name } = application;
  if (chart === undefined) {
    return [
      {
        code: "missing-chart",
        place,
        found: `no chart: ${name} is not pinned in ${stage} yet`,
        expected: `the chart ${application.chart.name}, which src/applications/${name}.ts is written for`,
        action: `add --chart oci://<registry>/…/${application.chart.name}:<version>`,
      },
    ];
  }
  if (chart.repository.split("/").at(-1) === application.chart.name) return [];
  return [
    {
      code: "other-chart",
      place,
      found: `the chart ${nameOf(chart)}`,
      expected: `a chart named ${application.chart.name}: src/applications/${name}.ts is written for it`,
      action: `--chart oci://…/${application.chart.name}:<version>`,
    },
  ];
}
