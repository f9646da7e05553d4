import { toEngineEvents } from "../engine-events.ts";
import { parseJson } from "../json-answer.ts";
import type { EngineEvent } from "../../model/engine-events.ts";
import { isAbout, mergeChanges, toResourceChange, type ResourceChange } from "./resource-change.ts";
import { z } from "zod";

/** Something that the engine or a provider said about a resource, or about the run. */
export interface Diagnostic {
  readonly urn: string | undefined;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}

const diagnosticSchema = z.object({
  diagnosticEvent: z.object({
    urn: z.string().optional(),
    message: z.string(),
    severity: z.enum(["info", "info#err", "warning", "error"]),
    ephemeral: z.boolean().optional(),
  }),
});

/** What a run of the engine has said so far. */
export class RunRecord {
  readonly #events: EngineEvent[] = [];
  readonly #changes: ResourceChange[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  readonly #onChange: ((change: ResourceChange) => void) | undefined;
  #problem: string | undefined;

  /** @param onChange called with each change as it is announced */
  constructor(onChange?: (change: ResourceChange) => void) {
    this.#onChange = onChange;
  }

  /** @param event as the Automation API hands it over, or the engine's log has it */
  add(event: unknown): void {
    const parsed = toEngineEvents(event);
    if (parsed.kind === "problem") this.#problem ??= parsed.found;
    else this.#events.push(...parsed.events);
    const change = toResourceChange(event);
    if (change !== undefined) {
      this.#changes.push(change);
      this.#onChange?.(change);
    }
    const diagnostic = toDiagnostic(event);
    if (diagnostic !== undefined) this.#diagnostics.push(diagnostic);
  }

  /** @param line of the engine's log: one event as JSON */
  addLine(line: string): void {
    const event = parseJson(line);
    if (event === undefined) this.#problem ??= "a line that is no JSON: was the run cut off?";
    else this.add(event);
  }

  get events(): readonly EngineEvent[] {
    return this.#events;
  }

  get changes(): readonly ResourceChange[] {
    return mergeChanges(this.#changes);
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** An event that could not be read: half a proof is none. */
  get problem(): string | undefined {
    return this.#problem;
  }
}

function toDiagnostic(event: unknown): Diagnostic | undefined {
  if (!isAbout("diagnosticEvent", event)) return undefined;
  const said = diagnosticSchema.safeParse(event).data?.diagnosticEvent;
  if (said === undefined || said.ephemeral === true) return undefined;
  const { urn, severity, message } = said;
  return { urn, severity: severity === "info#err" ? "info" : severity, message: plain(message).trim() };
}

/** The engine's own marks for colours, such as `<{%reset%}>`. */
function plain(message: string): string {
  return message.replaceAll(/<\{%.*?%\}>/g, "");
}
