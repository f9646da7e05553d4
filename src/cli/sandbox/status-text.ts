import Table from "cli-table3";
import type { SandboxStatus } from "../../../sandbox/status.ts";

/** What `sandbox status` prints for people. */
export function renderStatus(status: SandboxStatus): string {
  const table = new Table({ head: ["component", "state", "address", "pid"], style: { head: [], border: [] } });
  for (const { name, state, address, pid } of status.components)
    table.push([name, state, address, pid === undefined ? "" : String(pid)]);
  const ready = status.nodes.filter((node) => node.ready).length;
  return [
    `sandbox ${status.folder}: ${status.state}`,
    table.toString(),
    ...(status.state === "down" ? [] : [`nodes        ${ready} of ${status.nodes.length} ready`]),
    `registry     ${status.registry}`,
    `API server   ${status.apiServerUrl}`,
    `environment  source ${status.environmentFile}`,
    "",
  ].join("\n");
}

/** What `sandbox reset` says of files that are not the sandbox's. */
export function keptText(folder: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `; ${folder} stays: not the sandbox's are ${names.join(", ")}`;
}
