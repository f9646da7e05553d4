import { Listr, PRESET_TIMER } from "listr2";
import { SAMPLE_TOOLS, samplesStep } from "../../../sandbox/samples/up-step.ts";
import { pulumiStacksStep } from "../../../sandbox/pulumi-stacks.ts";
import { stageTrustStep } from "../../../sandbox/stage-trust.ts";
import { SANDBOX_TOOLS } from "../../../sandbox/tools.ts";
import { trustRootStep } from "../../../sandbox/trust-root.ts";
import type { StepRunner } from "../../../sandbox/up.ts";

/** What `up` does after the sandbox itself runs. Append here what every sandbox is to have. */
export const furtherSteps = [samplesStep, stageTrustStep, trustRootStep, pulumiStacksStep];

/** What the sandbox and those steps need, and what the environment of a sandbox puts on the PATH for people. */
export const upTools = [
  ...SANDBOX_TOOLS,
  ...SAMPLE_TOOLS,
  "helm",
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-kubernetes",
] as const;

export interface StepStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A live list on a terminal, a line per step elsewhere. */
export function showStepsOn(stream: StepStream): StepRunner {
  return stream.isTTY === true ? listSteps : lineSteps(stream);
}

const listSteps: StepRunner = async (steps, perform) => {
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (_context: unknown, task: { output: string }) => {
      await perform(step, (text) => {
        task.output = text;
      });
    },
  }));
  // Errors are told once, by the caller; interruption is the caller's too.
  await new Listr(tasks, {
    rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false },
    registerSignalListeners: false,
  }).run();
};

function lineSteps(stream: StepStream): StepRunner {
  return async (steps, perform) => {
    for (const step of steps) {
      const startedAt = performance.now();
      // What a step is at changes too often for a log.
      await perform(step, () => undefined);
      stream.write(`${step.title}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
    }
  };
}
