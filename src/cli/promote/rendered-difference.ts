import { stringify } from "yaml";
import { fetchCharts } from "../../adapters/charts.ts";
import { previewObjects } from "../../adapters/policy-preview.ts";
import type { RenderedObject } from "../../adapters/rendered-objects.ts";
import type { LoadedStage } from "../../adapters/stage-loader.ts";
import { combine, orThrow, type Outcome } from "../../model/refusal.ts";
import { textTreesDiff, type TextTree } from "../text-trees-diff.ts";

/**
 * The Kubernetes objects of a stage that will change, as a unified difference of their YAML. Rendered by the real engine
 * without a cluster; secrets are placeholders.
 * @throws RefusalError where charts cannot be had, or the engine does not render
 */
export async function renderedDifference(
  project: string,
  before: LoadedStage,
  after: LoadedStage,
  signal: AbortSignal,
): Promise<string> {
  const rendered = combine({
    before: await objectsOf(project, before, signal),
    after: await objectsOf(project, after, signal),
  });
  const trees = orThrow(rendered, 1);
  return textTreesDiff(toTree(trees.before), toTree(trees.after), signal);
}

async function objectsOf(
  project: string,
  { stage, stackFile, source }: LoadedStage,
  signal: AbortSignal,
): Promise<Outcome<readonly RenderedObject[]>> {
  const charts = await fetchCharts(
    stage.applications.map(({ pin }) => pin.chart),
    { signal },
  );
  if (charts.kind === "refused") return charts;
  const context = stackFile.cluster?.context ?? "none";
  return previewObjects({
    ...{ project, stage: stage.name, context, chartPaths: charts.value, stackFile: source.text, signal },
  });
}

function toTree(objects: readonly RenderedObject[]): TextTree {
  const options = { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 };
  return new Map(objects.map(({ id, object }) => [`${id}.yaml`, stringify(object, options)]));
}
