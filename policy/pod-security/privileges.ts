import { absent, at, listAt, shown } from "../kubernetes/fields.ts";
import {
  containerContext,
  isForWindows,
  isInUserNamespace,
  podContext,
  refuseSet,
  securityContexts,
  type Control,
} from "./control.ts";

const privileged: Control = ({ containers }) =>
  containers
    .map(containerContext)
    .flatMap(({ path, fields }) => refuseSet(`${path}.privileged`, at(fields, "privileged")));

const privilegeEscalation: Control = (pod) =>
  (isForWindows(pod) ? [] : pod.containers).map(containerContext).flatMap(({ path, fields }) => {
    const value = at(fields, "allowPrivilegeEscalation");
    if (value === false) return [];
    return [{ path: `${path}.allowPrivilegeEscalation`, found: shown(value), expected: "false" }];
  });

const capabilities: Control = (pod) =>
  (isForWindows(pod) ? [] : pod.containers).map(containerContext).flatMap(({ path, fields }) => {
    const dropped = listAt(fields, "capabilities", "drop");
    const added = listAt(fields, "capabilities", "add");
    return [
      ...(dropped.includes("ALL")
        ? []
        : [{ path: `${path}.capabilities.drop`, found: shown(at(fields, "capabilities", "drop")), expected: "ALL" }]),
      ...added.flatMap((capability, index) =>
        capability === "NET_BIND_SERVICE"
          ? []
          : [
              {
                path: `${path}.capabilities.add[${index}]`,
                found: shown(capability),
                expected: "NET_BIND_SERVICE, or nothing",
              },
            ],
      ),
    ];
  });

/** A container that says nothing has what the pod says; the pod's own "false" is refused even where no container has it. */
const runAsNonRoot: Control = (pod) => {
  if (isInUserNamespace(pod)) return [];
  const ofPod = at(podContext(pod).fields, "runAsNonRoot");
  return securityContexts(pod).flatMap(({ owner, path, fields }) => {
    const value = at(fields, "runAsNonRoot");
    if (value === true) return [];
    if (absent(value) && (owner === "pod" || ofPod === true)) return [];
    const found = absent(value) ? "nothing, here or on the pod" : shown(value);
    return [{ path: `${path}.runAsNonRoot`, found, expected: "true" }];
  });
};

const runAsUser: Control = (pod) =>
  (isInUserNamespace(pod) ? [] : securityContexts(pod)).flatMap(({ path, fields }) => {
    const value = at(fields, "runAsUser");
    if (absent(value) || (typeof value === "number" && value !== 0)) return [];
    return [{ path: `${path}.runAsUser`, found: shown(value), expected: "a user that is not root, or left out" }];
  });

/** What a container may do on its node. */
export const privileges: readonly Control[] = [privileged, privilegeEscalation, capabilities, runAsNonRoot, runAsUser];
