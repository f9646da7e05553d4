import { didYouMean } from "./nearest.ts";
import type { Refusal } from "./refusal.ts";
import { namespaceName, type StageRequest } from "./stage.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Of a namespace's name in Kubernetes. */
const MAX_LENGTH = 63;

interface Subject extends StageRequest {
  readonly positions: Pick<YamlSource, "placeOf" | "placeOfKey">;
}

/** What is wrong with a stage's namespaces: unknown ones, and names in the cluster that cannot be. */
export function refuseNamespaces(subject: Subject): Refusal[] {
  return [...refuseUnknownNamespaces(subject), ...refuseNamespaceNames(subject)];
}

function refuseUnknownNamespaces({ stackFile, catalogue, project, positions }: Subject): Refusal[] {
  const known = new Set([project, ...[...catalogue.values()].map(({ namespace }) => namespace ?? project)]);
  return [...stackFile.namespaces.keys()]
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: "unknown-namespace",
      place: positions.placeOfKey(["config", "lockstep:namespaces", name]),
      found: `${name}, which no application lives in${didYouMean(name, known)}`,
      expected: `one of ${[...known].join(", ")}`,
      action: "correct the name, or remove it here",
    }));
}

/** Names in the cluster: short enough, and each of one namespace. */
function refuseNamespaceNames({ stackFile, catalogue, project, stage, positions }: Subject): Refusal[] {
  const owners = new Map<string, string>();
  return [...new Set([...catalogue.values()].map(({ namespace }) => namespace ?? project))].flatMap((namespace) => {
    const name = namespaceName(namespace, stage, stackFile.namespaces.get(namespace));
    const owner = owners.get(name);
    owners.set(name, owner ?? namespace);
    if (owner === undefined && name.length <= MAX_LENGTH) return [];
    return [
      {
        code: owner === undefined ? "namespace-too-long" : "shared-namespace",
        place: positions.placeOf(["config", "lockstep:namespaces", namespace]),
        found:
          owner === undefined ? `${name}, ${name.length} characters` : `${name}, as which ${owner} is known as well`,
        expected: `a name of its own in the cluster, of at most ${MAX_LENGTH} characters`,
        action: `set name under lockstep:namespaces.${namespace}`,
      },
    ];
  });
}
