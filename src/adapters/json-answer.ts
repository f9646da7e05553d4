import type { z } from "zod";
import { ProcessError, run, type RunOptions } from "./processes.ts";

/**
 * Runs a program that answers with JSON, and reads the answer.
 * @throws ProcessError, also where it is not the answer that was asked for
 */
export async function readAnswer<Schema extends z.ZodType>(
  file: string,
  args: readonly string[],
  schema: Schema,
  options: RunOptions,
): Promise<z.output<Schema>> {
  const { stdout } = await run(file, args, options);
  try {
    return schema.parse(JSON.parse(stdout));
  } catch (error) {
    throw new ProcessError("failed", `${file}: an answer that cannot be read`, {}, { cause: error });
  }
}

/** Why a program gave no answer. */
export interface ProgramFailure {
  /** It is not on the PATH. */
  readonly missing: boolean;
  /** Its own last line, or what became of it. */
  readonly said: string;
}

/** @throws what is no failure of the program: an interruption is nobody's refusal */
export function failureOf(error: unknown): ProgramFailure {
  if (!(error instanceof ProcessError) || error.code === "cancelled") throw error;
  const said = error.stderr.trim().split("\n").at(-1) ?? "";
  return { missing: error.code === "not-found", said: said === "" ? error.message : said };
}

/** Undefined where there is no text, or it is no JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
