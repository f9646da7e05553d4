import { z } from "zod";
import { isDigest, type Digest } from "./digest.ts";

/** What `check` hands its program. */
export interface CheckInputs {
  /** The charts' archives on this machine, by digest. */
  readonly chartPaths: ReadonlyMap<Digest, string>;
}

const schema = z.strictObject({ charts: z.array(z.tuple([z.string().refine(isDigest), z.string()])) });

export function renderCheckInputs({ chartPaths }: CheckInputs): string {
  return JSON.stringify({ charts: [...chartPaths] });
}

/** @throws where it is not what `renderCheckInputs` made */
export function parseCheckInputs(text: string): CheckInputs {
  return { chartPaths: new Map(schema.parse(JSON.parse(text)).charts) };
}
