import path from "node:path";

/** Where the ports of a sandbox begin when nobody says otherwise; the committed inttest pins name its registry. */
export const DEFAULT_PORT_BASE = 26_400;

/** The order is a promise: the registry is at the base itself. */
function portsFrom(base: number) {
  return {
    registry: base,
    apiServer: base + 1,
    etcdClient: base + 2,
    etcdPeer: base + 3,
    controllerManager: base + 4,
    scheduler: base + 5,
    kwok: base + 6,
  };
}

export type SandboxPort = keyof ReturnType<typeof portsFrom>;
const PORT_COUNT = Object.keys(portsFrom(0)).length;
/** Below are the ports that need privileges, above are none left for the last purpose. */
export const PORT_BASE_RANGE = { min: 1024, max: 65_535 - (PORT_COUNT - 1) } as const;

/** A sandbox as a value: everything that follows from its folder and its port base. No I/O. */
export interface SandboxLocation {
  /** Absolute. Everything a sandbox writes is in here. */
  readonly folder: string;
  readonly portBase: number;
  readonly ports: Readonly<Record<SandboxPort, number>>;
  /** `127.0.0.1:<port>`, as it stands in image references. */
  readonly registry: string;
  readonly apiServerUrl: string;
  /** The admin's. Its context is named `lockstep-sandbox`. */
  readonly kubeconfig: string;
  /** Made to be sourced by sh, bash and zsh. */
  readonly environmentFile: string;
  readonly pki: string;
  /** Trust files and their public keys of the samples: they count in this sandbox only. */
  readonly trust: string;
  /** The content-addressed store of charts and manifests. */
  readonly store: string;
  readonly pulumiState: string;
  readonly pulumiHome: string;
  readonly passphraseFile: string;
  readonly compileCache: string;
}

/** Marks a folder as a sandbox's and remembers the port base, so that later commands need not repeat it. */
export const MARKER_FILE = "sandbox.json";
export const LOCK_FOLDER = "lock";

/** Everything in a sandbox's folder that a sandbox writes: `reset` removes these and nothing else. */
const OWN_NAMES: readonly string[] = [
  MARKER_FILE,
  LOCK_FOLDER,
  "compile-cache",
  "cosign",
  "data",
  "env",
  "keys",
  "kubeconfig",
  "kubeconfigs",
  "logs",
  "passphrase",
  "pki",
  "pulumi-home",
  "pulumi-state",
  "run",
  "samples.json",
  "store",
  "trust",
];
/** What an interrupted `up` may leave of them: a draft, a file that was being written, layouts on their way out. */
const UNFINISHED = /\.draft$|\.\d+$/;
const LAYOUTS = /^layouts-\w{6}$/;

/** Whether a sandbox wrote what has this name in its folder. */
export function isOwnName(name: string): boolean {
  return OWN_NAMES.includes(name.replace(UNFINISHED, "")) || LAYOUTS.test(name);
}

export function sandboxLocation(folder: string, portBase: number = DEFAULT_PORT_BASE): SandboxLocation {
  const root = path.resolve(folder);
  const ports = portsFrom(portBase);
  return {
    folder: root,
    portBase,
    ports,
    registry: `127.0.0.1:${ports.registry}`,
    apiServerUrl: `https://127.0.0.1:${ports.apiServer}`,
    kubeconfig: path.join(root, "kubeconfig"),
    environmentFile: path.join(root, "env"),
    pki: path.join(root, "pki"),
    trust: path.join(root, "trust"),
    store: path.join(root, "store"),
    pulumiState: path.join(root, "pulumi-state"),
    pulumiHome: path.join(root, "pulumi-home"),
    passphraseFile: path.join(root, "passphrase"),
    compileCache: path.join(root, "compile-cache"),
  };
}

/** Where a component keeps what belongs to it alone. */
export function dataFolder(location: SandboxLocation, component: string): string {
  return path.join(location.folder, "data", component);
}

export function logFile(location: SandboxLocation, component: string): string {
  return path.join(location.folder, "logs", `${component}.log`);
}

export function processFile(location: SandboxLocation, component: string): string {
  return path.join(location.folder, "run", `${component}.json`);
}

/** The kubeconfig of a component of the control plane; people use `location.kubeconfig`. */
export function componentKubeconfig(location: SandboxLocation, component: string): string {
  return path.join(location.folder, "kubeconfigs", component);
}
