import { at, listAt } from "./fields.ts";

export interface Container {
  readonly kind: "ordinary" | "init" | "sidecar" | "ephemeral";
  /** From the resource's root, such as `spec.template.spec.containers[0]`. */
  readonly path: string;
  readonly fields: unknown;
}

const LISTS = [
  ["initContainers", "init"],
  ["containers", "ordinary"],
  ["ephemeralContainers", "ephemeral"],
] as const;

/** Every container of a pod. An init container that is always restarted is a sidecar (Kubernetes 1.29). */
export function containersOf({ spec, specPath }: { readonly spec: unknown; readonly specPath: string }): Container[] {
  return LISTS.flatMap(([list, kind]) =>
    listAt(spec, list).map((fields, index) => ({
      kind: kind === "init" && at(fields, "restartPolicy") === "Always" ? "sidecar" : kind,
      path: `${specPath === "" ? "" : `${specPath}.`}${list}[${index}]`,
      fields,
    })),
  );
}
