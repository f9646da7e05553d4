import { z } from "zod";

/** Who, why and which statement, as an update keeps them: short values by short names. */
export type UpdateRecord = Readonly<Record<string, string>>;

/** The name under which an update's environment has the record. */
export const RECORD_KEY = "exec.agent";

const PROGRAM = "lockstep";
const recordSchema = z.record(z.string(), z.string());

/**
 * The engine lets nothing of a caller's into an update's environment but the name of who runs it (`--exec-agent`; of
 * variables and flags it keeps the names only): the record stands behind that name, as JSON.
 */
export function renderExecAgent(record: UpdateRecord): string {
  return `${PROGRAM} ${JSON.stringify(record)}`;
}

/** The record of an update's environment; undefined where somebody else ran it. */
export function readUpdateRecord(environment: Readonly<Record<string, string>>): UpdateRecord | undefined {
  const agent = environment[RECORD_KEY];
  if (agent?.startsWith(`${PROGRAM} `) !== true) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(agent.slice(PROGRAM.length + 1))).data;
  } catch {
    return undefined;
  }
}
