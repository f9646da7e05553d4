import type { ToolName } from "./catalogue.ts";

/** What happens while tools are made ready, in order. Nothing is told where nothing needs building. */
export type ToolEvent =
  | { readonly kind: "planned"; readonly builds: readonly ToolName[] }
  | { readonly kind: "waiting"; readonly name: ToolName }
  | { readonly kind: "building"; readonly name: ToolName; readonly position: number; readonly count: number }
  | { readonly kind: "output"; readonly name: ToolName; readonly line: string }
  | { readonly kind: "built"; readonly name: ToolName; readonly elapsedMs: number }
  /** Another process built it meanwhile. */
  | { readonly kind: "found-built"; readonly name: ToolName }
  | { readonly kind: "failed" | "interrupted"; readonly name: ToolName; readonly elapsedMs: number };

export type OnToolEvent = (event: ToolEvent) => void;

export function seconds(elapsedMs: number): string {
  return elapsedMs < 10_000 ? `${(elapsedMs / 1000).toFixed(1)} s` : `${Math.round(elapsedMs / 1000)} s`;
}

/** The line for a log; undefined where the event is worth none. */
export function describeToolEvent(event: ToolEvent): string | undefined {
  switch (event.kind) {
    case "planned":
      return event.builds.length === 0
        ? undefined
        : `Building ${event.builds.length} tools from source, once: ${event.builds.join(", ")}`;
    case "waiting":
      return `${event.name}: waiting for another process that is building`;
    case "building":
      return `${event.name}: building (${event.position} of ${event.count})`;
    case "output":
      return undefined;
    case "built":
      return `${event.name}: built in ${seconds(event.elapsedMs)}`;
    case "found-built":
      return `${event.name}: built by another process meanwhile`;
    case "interrupted":
      return `${event.name}: interrupted after ${seconds(event.elapsedMs)}; what was built before stays`;
    case "failed":
      return `${event.name}: failed after ${seconds(event.elapsedMs)}`;
  }
}
