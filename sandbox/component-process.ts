import { copyFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RefusalError, type Refusal } from "../src/model/refusal.ts";
import type { Component } from "./components/component.ts";
import { daemonState, lastLines, startDaemon, stopDaemon } from "./daemon.ts";
import { dataFolder, logFile, processFile, type SandboxLocation } from "./location.ts";
import type { SandboxTools } from "./tools.ts";

const POLL_MS = 40;
/** Generous: a busy machine must not fail a start that only takes longer. A dead process is seen at once. */
const READY_DEADLINE_MS = 90_000;

export function isRunning(location: SandboxLocation, component: Component): boolean {
  return daemonState(processFile(location, component.name)).kind === "running";
}

/** True also where its process file is damaged: it cannot be ruled out then. */
export function mayRun(location: SandboxLocation, component: Component): boolean {
  const { kind } = daemonState(processFile(location, component.name));
  return kind === "running" || kind === "unknown";
}

/** Starts a component where it does not run, and waits until it answers. */
export async function ensureComponent(
  location: SandboxLocation,
  component: Component,
  tools: SandboxTools,
  signal?: AbortSignal,
): Promise<void> {
  if (!isRunning(location, component)) startComponent(location, component, tools);
  const deadline = Date.now() + READY_DEADLINE_MS;
  while (!(await component.isReady(location, signal))) {
    signal?.throwIfAborted();
    if (!isRunning(location, component)) throw new RefusalError([await componentDied(location, component)]);
    if (Date.now() > deadline) throw new RefusalError([await componentSilent(location, component)]);
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
  // The answer could have come from somebody else's process on the same port.
  if (!isRunning(location, component)) throw new RefusalError([await componentDied(location, component)]);
}

/** @returns a refusal where nobody can say whether the component runs: its process file, damaged, is gone then */
export async function stopComponent(location: SandboxLocation, component: Component): Promise<readonly Refusal[]> {
  const known = await stopDaemon(processFile(location, component.name), component.stopDeadlineMs);
  if (known) return [];
  const action = `it is forgotten now; end what still listens on ${address(location, component)} yourself`;
  return [{ ...componentUnknown(location, component), action }];
}

function startComponent(location: SandboxLocation, component: Component, tools: SandboxTools): void {
  const home = dataFolder(location, component.name);
  // etcd insists on a folder that nobody else can read.
  mkdirSync(home, { recursive: true, mode: 0o700 });
  for (const file of component.files ?? []) copyFileSync(file, join(home, basename(file)));
  startDaemon(
    {
      file: tools.paths[component.tool],
      args: component.args(location),
      cwd: home,
      // kwok and client libraries look for settings in the home folder: they find none of the user's.
      env: { HOME: home, PATH: process.env["PATH"] ?? "" },
    },
    { logFile: logFile(location, component.name), processFile: processFile(location, component.name) },
  );
}

export async function componentDied(location: SandboxLocation, component: Component): Promise<Refusal> {
  return {
    code: "component-died",
    place: { file: logFile(location, component.name), path: component.name },
    found: ["the process ended; the last lines of its log:", ...(await logTail(location, component))].join("\n"),
    expected: `${component.name} runs until the sandbox is stopped`,
    action: "npm run sandbox -- up   starts it again, with its data",
  };
}

export async function componentSilent(location: SandboxLocation, component: Component): Promise<Refusal> {
  return {
    code: "component-not-ready",
    place: { file: logFile(location, component.name), path: component.name },
    found: ["it runs but does not answer; the last lines of its log:", ...(await logTail(location, component))].join(
      "\n",
    ),
    expected: `${component.name} answers on ${address(location, component)}`,
    action: "npm run sandbox -- down, then npm run sandbox -- up",
  };
}

/** Its process, where there is one, can be found by what it listens on, and by people only. */
export function componentUnknown(location: SandboxLocation, component: Component): Refusal {
  return {
    code: "process-file-damaged",
    place: { file: processFile(location, component.name), path: component.name },
    found: "a file that does not say which process it is",
    expected: "the process that the sandbox started, as it wrote it down",
    action: `npm run sandbox -- down   forgets it; end what still listens on ${address(location, component)} yourself`,
  };
}

function address(location: SandboxLocation, component: Component): string {
  return `127.0.0.1:${location.ports[component.ports[0]]}`;
}

async function logTail(location: SandboxLocation, component: Component): Promise<string[]> {
  const lines = await lastLines(logFile(location, component.name));
  return lines.length === 0 ? ["(it wrote nothing)"] : lines;
}
