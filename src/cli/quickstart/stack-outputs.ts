import { z } from "zod";
import { parseReference } from "../../model/reference.ts";

export interface RunningApplication {
  readonly name: string;
  readonly version: string;
  readonly readyReplicas: number;
  readonly hosts: readonly string[];
}

const outputsSchema = z.object({
  applications: z
    .record(
      z.string(),
      z.object({ image: z.string(), hosts: z.array(z.string()).default([]), readyReplicas: z.number().default(0) }),
    )
    .default({}),
});

/** Reads what `pulumi stack output --json` prints for a stage. */
export function parseStackOutputs(json: string): readonly RunningApplication[] {
  const { applications } = outputsSchema.parse(JSON.parse(json));
  return Object.entries(applications).map(([name, { image, hosts, readyReplicas }]) => {
    const parsed = parseReference(image);
    const version = parsed.kind === "reference" ? (parsed.reference.tag ?? "") : image;
    return { name, version, readyReplicas, hosts };
  });
}
