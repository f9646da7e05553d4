import { componentDied, componentSilent, componentUnknown } from "./component-process.ts";
import { components } from "./components/all.ts";
import type { Component } from "./components/component.ts";
import { daemonState, lastLines } from "./daemon.ts";
import { logFile, processFile, type SandboxLocation } from "./location.ts";
import { readyNodes } from "./manifests.ts";
import type { Refusal } from "../src/model/refusal.ts";

export type ComponentState = "running" | "silent" | "died" | "stopped" | "unknown";

export interface ComponentStatus {
  readonly name: string;
  readonly state: ComponentState;
  readonly address: string;
  readonly pid?: number;
  readonly logFile: string;
  /** The end of the log, where something is wrong. */
  readonly lastLines: readonly string[];
}

export interface SandboxStatus {
  readonly folder: string;
  readonly portBase: number;
  /** up: everything works. down: nothing was started. broken: some of it does not work. */
  readonly state: "up" | "down" | "broken";
  readonly components: readonly ComponentStatus[];
  readonly nodes: readonly { readonly name: string; readonly ready: boolean }[];
  readonly registry: string;
  readonly apiServerUrl: string;
  readonly kubeconfig: string;
  readonly environmentFile: string;
}

const NO_NODES: ReadonlyMap<string, boolean> = new Map();

/** Looks, and changes nothing. */
export async function sandboxStatus(location: SandboxLocation, signal?: AbortSignal): Promise<SandboxStatus> {
  const statuses = await Promise.all(components.map((component) => componentStatus(location, component, signal)));
  const serves = statuses.some(({ name, state }) => name === "kube-apiserver" && state === "running");
  const nodes = serves ? await readyNodes(location, signal).catch(() => NO_NODES) : NO_NODES;
  const { folder, portBase, registry, apiServerUrl, kubeconfig, environmentFile } = location;
  return {
    folder,
    portBase,
    state: overall(statuses),
    components: statuses,
    nodes: [...nodes].map(([name, ready]) => ({ name, ready })),
    registry,
    apiServerUrl,
    kubeconfig,
    environmentFile,
  };
}

/** A reason for each component that ought to work and does not. */
export async function refuseBrokenSandbox(location: SandboxLocation, status: SandboxStatus): Promise<Refusal[]> {
  const reasons = components.map(async (component) => {
    const state = status.components.find(({ name }) => name === component.name)?.state;
    if (state === "died") return [await componentDied(location, component)];
    if (state === "silent") return [await componentSilent(location, component)];
    if (state === "unknown") return [componentUnknown(location, component)];
    return [];
  });
  return (await Promise.all(reasons)).flat();
}

async function componentStatus(
  location: SandboxLocation,
  component: Component,
  signal: AbortSignal | undefined,
): Promise<ComponentStatus> {
  const daemon = daemonState(processFile(location, component.name));
  const state = daemon.kind === "running" && !(await component.isReady(location, signal)) ? "silent" : daemon.kind;
  const log = logFile(location, component.name);
  return {
    name: component.name,
    state,
    address: `127.0.0.1:${location.ports[component.ports[0]]}`,
    ...(daemon.kind === "running" ? { pid: daemon.pid } : {}),
    logFile: log,
    lastLines: state === "died" || state === "silent" ? await lastLines(log) : [],
  };
}

function overall(statuses: readonly ComponentStatus[]): SandboxStatus["state"] {
  if (statuses.every(({ state }) => state === "running")) return "up";
  return statuses.every(({ state }) => state === "stopped") ? "down" : "broken";
}
