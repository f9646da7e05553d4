import type { SandboxLocation, SandboxPort } from "../location.ts";
import type { SandboxTool } from "../tools.ts";

/** One process of a sandbox: what it is called, how it is started, and how to see that it works. */
export interface Component {
  /** As people and logs call it; also the name of its log. */
  readonly name: string;
  readonly tool: SandboxTool;
  /** The first is the one it is asked on. */
  readonly ports: readonly [SandboxPort, ...SandboxPort[]];
  /** How long a polite end may take. */
  readonly stopDeadlineMs: number;
  /** Copied into its folder, which is its working directory and its home, before it starts. @default none */
  readonly files?: readonly string[];
  args(location: SandboxLocation): readonly string[];
  isReady(location: SandboxLocation, signal?: AbortSignal): Promise<boolean>;
}
