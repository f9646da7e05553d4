import type { ResolvedTools } from "../../tools/resolve.ts";
import type { SandboxTool } from "../tools.ts";
import type { UpStep } from "../up.ts";
import { publishSamples } from "./publish.ts";

/** What the samples need besides the sandbox's own tools. */
export const SAMPLE_TOOLS = ["crane", "cosign"] as const;

export type SampleTool = (typeof SAMPLE_TOOLS)[number];

/** Publishes the samples in the sandbox's registry, once it runs. */
export const samplesStep: UpStep<ResolvedTools<SandboxTool | SampleTool>> = {
  title: "Sample images and charts",
  async run(context) {
    await publishSamples({
      sandboxDir: context.location.folder,
      registry: context.location.registry,
      tools: context.tools.paths,
      signal: context.signal,
      onProgress: (message) => {
        context.note(message);
      },
    });
  },
};
