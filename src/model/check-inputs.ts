import { z } from "zod";
import { isDigest, type Digest } from "./digest.ts";

/** What `check` hands its program. */
export interface CheckInputs {
  /** The charts' archives on this machine, by digest. */
  readonly chartPaths: ReadonlyMap<Digest, string>;
  /** What the stack file is to become; undefined: as it lies there. */
  readonly stackFile?: string | undefined;
}

const schema = z.strictObject({
  charts: z.array(z.tuple([z.string().refine(isDigest), z.string()])),
  stackFile: z.string().optional(),
});

export function renderCheckInputs({ chartPaths, stackFile }: CheckInputs): string {
  return JSON.stringify({ charts: [...chartPaths], stackFile });
}

/** @throws where it is not what `renderCheckInputs` made */
export function parseCheckInputs(text: string): CheckInputs {
  const { charts, stackFile } = schema.parse(JSON.parse(text));
  return { chartPaths: new Map(charts), stackFile };
}
