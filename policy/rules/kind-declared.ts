import type { Rule } from "../rule.ts";
import { declaredKinds } from "../kubernetes/image-finder.ts";
import { at, listAt, shown } from "../kubernetes/fields.ts";
import { knownKind } from "../kubernetes/kinds.ts";
import { isClusterObject } from "../urn.ts";

export const kindDeclared: Rule = {
  id: "kind-declared",
  title: "custom resources are of kinds that the catalogue declares",
  why: "a controller can make pods from any field of its objects: nobody would judge their images",
  fix: "declare it on the application or its chart: customResources: [{ apiVersion, kind, imagePaths }]",
  level: "mandatory",
  exemptible: false,
  check: (resource, context) => {
    if (!isClusterObject(resource)) return [];
    const declared = declaredKinds(resource, context);
    // A List holds what would otherwise be resources of their own.
    const objects = [
      { path: "", object: resource.props },
      ...listAt(resource.props, "items").map((object, index) => ({ path: `items[${index}]`, object })),
    ];
    return objects.flatMap(({ path, object }) => {
      const [apiVersion, kind] = [at(object, "apiVersion"), at(object, "kind")];
      // What is in no object's place says nothing of a kind: a custom resource may have `items` of its own.
      if (path !== "" && apiVersion === undefined && kind === undefined) return [];
      if (knownKind(apiVersion, kind, declared).kind !== "undeclared") return [];
      return [
        { path, found: `${shown(apiVersion)} ${shown(kind)}`, expected: "a kind of Kubernetes, or a declared one" },
      ];
    });
  },
};
