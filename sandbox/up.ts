import { RefusalError } from "../src/model/refusal.ts";
import { componentUnknown, ensureComponent, isRunning, mayRun } from "./component-process.ts";
import { components } from "./components/all.ts";
import { apiServer } from "./components/api-server.ts";
import type { Component } from "./components/component.ts";
import { controllerManager } from "./components/controller-manager.ts";
import { etcd } from "./components/etcd.ts";
import { kwok } from "./components/kwok.ts";
import { registry } from "./components/registry.ts";
import { scheduler } from "./components/scheduler.ts";
import { writeEnvironment } from "./environment.ts";
import { pathExists } from "./files.ts";
import { writeKubeconfigs } from "./kubeconfig.ts";
import type { SandboxLocation } from "./location.ts";
import { withSandboxLock } from "./lock.ts";
import { applyExtensions, applyNodes, awaitNodes, releaseNodes } from "./manifests.ts";
import { refuseTakenPorts } from "./ports.ts";
import { findSandbox, rememberPortBase } from "./settings.ts";
import type { SandboxTools } from "./tools.ts";

export interface UpContext<Tools extends SandboxTools = SandboxTools> {
  readonly location: SandboxLocation;
  readonly tools: Tools;
  readonly signal: AbortSignal;
  /** Says what a step is at, in a few words. */
  readonly note: (text: string) => void;
}

/** One step of `up`. Runs every time, so it does nothing where its work is done already. */
export interface UpStep<Tools extends SandboxTools = SandboxTools> {
  readonly title: string;
  run(context: UpContext<Tools>): Promise<void>;
}

/** Goes through the steps in order and shows them; `perform` does the work of one. */
export type StepRunner = <Step extends { readonly title: string }>(
  steps: readonly Step[],
  perform: (step: Step, note: (text: string) => void) => Promise<void>,
) => Promise<void>;

export interface UpOptions<Tools extends SandboxTools> {
  readonly tools: Tools;
  readonly signal?: AbortSignal;
  /** After the sandbox's own steps, under the same lock. */
  readonly furtherSteps?: readonly UpStep<Tools>[];
  /** @default silent */
  readonly showSteps?: StepRunner;
  /** Called where another command works on the same sandbox and has to be waited for. */
  readonly onWait?: () => void;
}

/** The sandbox itself, in order. */
export const sandboxSteps: readonly UpStep[] = [
  { title: "Certificates and settings", run: prepareFiles },
  {
    title: "Registry and etcd",
    run: async ({ location, tools, signal }) => {
      await all([registry, etcd].map((component) => ensureComponent(location, component, tools, signal)));
    },
  },
  {
    title: "API server",
    run: ({ location, tools, signal }) => ensureComponent(location, apiServer, tools, signal),
  },
  { title: "Controllers, scheduler, nodes", run: startCluster },
  { title: "Custom resources", run: ({ location, tools, signal }) => applyExtensions(location, tools, signal) },
];

/**
 * Starts what does not run yet and leaves alone what does. Safe to repeat, to interrupt, and to run twice at once.
 * @throws RefusalError `port-in-use`, `component-died`, … and the signal's reason where it fired
 */
export async function upSandbox<Tools extends SandboxTools>(
  location: SandboxLocation,
  options: UpOptions<Tools>,
): Promise<void> {
  const { tools, signal = new AbortController().signal, furtherSteps = [], showSteps = silently, onWait } = options;
  const steps: readonly UpStep<Tools>[] = [...sandboxSteps, ...furtherSteps];
  await withSandboxLock(
    location.folder,
    async () => {
      await refuseMovedSandbox(location);
      await refuseUsedPorts(location);
      await showSteps(steps, async (step, note) => {
        signal.throwIfAborted();
        await step.run({ location, tools, signal, note });
      });
    },
    { signal, onWait },
  );
}

const silently: StepRunner = async (steps, perform) => {
  for (const step of steps) await perform(step, () => undefined);
};

async function prepareFiles({ location, tools }: UpContext): Promise<void> {
  await rememberPortBase(location);
  if (!(await pathExists(location.pki))) {
    // Loaded only when needed: the library takes a tenth of a second.
    const { createCertificates } = await import("./certificates.ts");
    await createCertificates(location.pki);
  }
  await writeKubeconfigs(location);
  await writeEnvironment(location, tools);
}

async function startCluster({ location, tools, signal }: UpContext): Promise<void> {
  const ensure = (component: Component) => ensureComponent(location, component, tools, signal);
  const startNodes = async () => {
    // First the rights: kwok asks again only after a second where it is refused.
    await applyNodes(location, tools, signal);
    if (!isRunning(location, kwok)) await releaseNodes(location, signal);
    await ensure(kwok);
  };
  await all([ensure(controllerManager), ensure(scheduler), startNodes()]);
  await awaitNodes(location, signal);
}

/** Components that run keep their ports: another base takes effect only when all of them are stopped. */
async function refuseMovedSandbox(location: SandboxLocation): Promise<void> {
  const present = await findSandbox(location.folder);
  if (present === undefined || present.portBase === location.portBase) return;
  if (!components.some((component) => mayRun(location, component))) return;
  throw new RefusalError([
    {
      code: "sandbox-runs-elsewhere",
      place: { file: location.folder },
      found: `the sandbox runs with port base ${present.portBase}`,
      expected: `a stopped sandbox, to move it to port base ${location.portBase}`,
      action: "npm run sandbox -- down, then up again; or name another folder with --dir",
    },
  ]);
}

/**
 * Before anything is started, all ports at once. Where they are free, a component with a damaged process file does not
 * run, and is started as any other; where not, the damaged files are likely the reason.
 */
async function refuseUsedPorts(location: SandboxLocation): Promise<void> {
  const starting = components.filter((component) => !isRunning(location, component));
  const refusals = await refuseTakenPorts(location, starting);
  const unknown = starting.filter((component) => mayRun(location, component));
  if (refusals.length > 0)
    throw new RefusalError([...refusals, ...unknown.map((component) => componentUnknown(location, component))]);
}

/** Like Promise.all, but waits for every one before the first failure is passed on: nothing works on in the dark. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
