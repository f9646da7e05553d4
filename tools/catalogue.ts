/** How a program tells its version: what to run it with, and where the version stands in what it prints. */
export interface VersionQuestion {
  readonly args: readonly string[];
  /** The first group is the version, without a leading "v". */
  readonly pattern: RegExp;
}

/** Where a program that this machine already has is looked for. */
export type Installed =
  | { readonly kind: "on-path"; readonly accepts: string; readonly version: VersionQuestion }
  /** A provider plugin as `pulumi plugin install` lays it down; the folder's name carries the version. */
  | { readonly kind: "plugin"; readonly accepts: string; readonly plugin: string }
  /** Taken together with the program that it belongs to, from the same folder, whatever its version. */
  | { readonly kind: "beside"; readonly companionOf: "pulumi" };

export interface ProgramRecipe {
  readonly kind: "program";
  readonly installed: Installed;
  /** The package to build; `.` is the main package in the tool's own module folder. */
  readonly package: string;
  /** Values of `-ldflags -X`, by variable. */
  readonly linkerVariables: Readonly<Record<string, string>>;
  /** Files of a required module that are laid beside main.go while it is built, to be embedded. */
  readonly embeds?: { readonly module: string; readonly files: readonly string[] };
  /** Arguments that a wrapper script always starts the program with. */
  readonly alwaysWith?: readonly string[];
}

export interface FilesRecipe {
  readonly kind: "files";
  readonly module: string;
  readonly folder: string;
  /** Source of the regular expression that the names of the files match. */
  readonly names: string;
}

export type Recipe = ProgramRecipe | FilesRecipe;

/** What builds the programs. The oldest version is the newest that a go.mod below this folder asks for. */
export const GO_RANGE = ">=1.26.0";

const KUBERNETES_VERSION = "1.36.3";

function kubernetesProgram(name: string, accepts: string, version: VersionQuestion): ProgramRecipe {
  const [major = "", minor = ""] = KUBERNETES_VERSION.split(".");
  const variables = ["k8s.io/client-go/pkg/version", "k8s.io/component-base/version"].flatMap((place) => [
    [`${place}.gitVersion`, `v${KUBERNETES_VERSION}`],
    [`${place}.gitMajor`, major],
    [`${place}.gitMinor`, minor],
  ]);
  return {
    kind: "program",
    installed: { kind: "on-path", accepts, version },
    package: `k8s.io/kubernetes/cmd/${name}`,
    linkerVariables: Object.fromEntries(variables) as Record<string, string>,
  };
}

/** One minor version for all three: none of them may be newer than the API server (Kubernetes version skew policy). */
function controlPlaneProgram(name: string): ProgramRecipe {
  return kubernetesProgram(name, "~1.36.0", { args: ["--version"], pattern: /Kubernetes v(\S+)/ });
}

function publishedProgram(
  accepts: string,
  version: VersionQuestion,
  packageName: string,
  linkerVariables: Readonly<Record<string, string>> = {},
): ProgramRecipe {
  return { kind: "program", installed: { kind: "on-path", accepts, version }, package: packageName, linkerVariables };
}

/** Every tool, by name. The folder with the same name beside this file is the Go module that pins it. */
export const catalogue = {
  etcd: publishedProgram(
    "^3.5.0",
    { args: ["--version"], pattern: /etcd Version: (\S+)/ },
    "go.etcd.io/etcd/server/v3",
  ),
  olareg: publishedProgram(
    "~0.1.2",
    { args: ["version"], pattern: /VCSTag:\s+v(\S+)/ },
    "github.com/olareg/olareg/cmd/olareg",
  ),
  "kube-apiserver": controlPlaneProgram("kube-apiserver"),
  "kube-controller-manager": controlPlaneProgram("kube-controller-manager"),
  "kube-scheduler": controlPlaneProgram("kube-scheduler"),
  kubectl: kubernetesProgram("kubectl", ">=1.35.0 <1.38.0-0", {
    args: ["version", "--client"],
    pattern: /Client Version: v(\S+)/,
  }),
  kwok: publishedProgram(
    "~0.8.0",
    { args: ["--version"], pattern: /kwok version v?(\S+)/ },
    "sigs.k8s.io/kwok/cmd/kwok",
  ),
  crane: publishedProgram(
    ">=0.20.0 <1.0.0-0",
    { args: ["version"], pattern: /^v?(\S+)/ },
    "github.com/google/go-containerregistry/cmd/crane",
    { "github.com/google/go-containerregistry/cmd/crane/cmd.Version": "v0.22.1" },
  ),
  cosign: publishedProgram(
    "^3.1.0",
    { args: ["version"], pattern: /GitVersion:\s+v?(\S+)/ },
    "github.com/sigstore/cosign/v3/cmd/cosign",
    { "sigs.k8s.io/release-utils/version.gitVersion": "v3.1.3" },
  ),
  helm: publishedProgram(
    "^4.0.0",
    { args: ["version", "--short"], pattern: /^v?([^\s+]+)/ },
    "helm.sh/helm/v4/cmd/helm",
    { "helm.sh/helm/v4/internal/version.version": "v4.3.1" },
  ),
  pulumi: publishedProgram(
    "^3.259.0",
    { args: ["version"], pattern: /^v?(\S+)/ },
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
  ),
  "pulumi-language-nodejs": {
    kind: "program",
    installed: { kind: "beside", companionOf: "pulumi" },
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    linkerVariables: {},
    // This version of the host reads `typescript: false` from its own command line only, not from Pulumi.yaml.
    alwaysWith: ["-typescript=false"],
  },
  "pulumi-resource-kubernetes": {
    kind: "program",
    installed: { kind: "plugin", accepts: "~4.23.0", plugin: "kubernetes" },
    package: ".",
    linkerVariables: { "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": "4.23.0" },
    embeds: {
      module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
      files: ["cmd/pulumi-resource-kubernetes/schema.json", "cmd/pulumi-resource-kubernetes/terraform-mapping.json"],
    },
  },
  "gateway-api": {
    kind: "files",
    module: "sigs.k8s.io/gateway-api",
    folder: "config/crd/standard",
    // Not the admission policy that lies beside the definitions.
    names: String.raw`^gateway\.networking\.k8s\.io_(?!vap_).+\.yaml$`,
  },
  "external-dns": {
    kind: "files",
    module: "sigs.k8s.io/external-dns",
    folder: "config/crd/standard",
    names: String.raw`^dnsendpoints\..+\.yaml$`,
  },
} as const satisfies Readonly<Record<string, Recipe>>;

export type ToolName = keyof typeof catalogue;

export const toolNames = Object.keys(catalogue) as readonly ToolName[];

export function recipeOf(name: ToolName): Recipe {
  return catalogue[name];
}

/** A program and what is taken together with it: both or neither come from this machine. */
export function withCompanions(names: readonly ToolName[]): readonly ToolName[] {
  const pair: readonly ToolName[] = ["pulumi", "pulumi-language-nodejs"];
  const wanted = new Set(names);
  if (pair.some((name) => wanted.has(name))) pair.forEach((name) => wanted.add(name));
  return toolNames.filter((name) => wanted.has(name));
}
