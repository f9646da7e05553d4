import { printable } from "../../model/refusal.ts";
import { tellKubectl, type ClusterAccess } from "../kubectl.ts";

interface LogQuestion {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the present one. */
  readonly previous: boolean;
}

const LINES = 20;
const MAX_BYTES = 16_384;
const MAX_LINE = 300;
const DEADLINE_SECONDS = 5;

/** The last lines that a container wrote; none where nobody has them any more: they explain, and decide nothing. */
export async function readContainerLog(
  { namespace, pod, container, previous }: LogQuestion,
  access: ClusterAccess,
): Promise<readonly string[]> {
  const limits = [`--tail=${LINES}`, `--limit-bytes=${MAX_BYTES}`, ...(previous ? ["--previous"] : [])];
  const words = ["logs", pod, "--namespace", namespace, "--container", container, ...limits];
  const said = await tellKubectl(words, { ...access, deadlineSeconds: DEADLINE_SECONDS });
  return said.kind === "refused" ? [] : toLines(said.value);
}

/** Lines from anybody, fit for a terminal. */
export function toLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const written = lines.filter((line) => line !== "");
  return written.slice(-LINES).map((line) => printable(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line));
}
