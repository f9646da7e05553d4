import { z } from "zod";
import { stackFileSchema } from "./stack-file.ts";

/** The JSON Schema (draft 2020-12) of a stack file as it is written, as text. */
export function renderStackFileSchema(): string {
  const schema = z.toJSONSchema(stackFileSchema(), { io: "input" });
  return `${JSON.stringify({ title: "A stage of Lockstep", ...schema }, null, 2)}\n`;
}
