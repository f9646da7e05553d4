import { absent, at, listAt, shown } from "../kubernetes/fields.ts";
import type { Violation } from "../rule.ts";
import { joined, refuseSet, securityContexts, type Control } from "./control.ts";

const hostNamespaces: Control = ({ spec, specPath }) =>
  ["hostNetwork", "hostPID", "hostIPC"].flatMap((field) => refuseSet(joined(specPath, field), at(spec, field)));

const VOLUME_TYPES = [
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"],
  ...["image", "persistentVolumeClaim", "projected", "secret"],
];

/** Host paths among them. A volume of no type that is known is refused as well. */
const volumeTypes: Control = ({ spec, specPath }) =>
  listAt(spec, "volumes").flatMap((volume, index) => {
    const types = Object.entries(typeof volume === "object" && volume !== null ? volume : {})
      .filter(([key, value]) => key !== "name" && !absent(value))
      .map(([key]) => key);
    if (types.length > 0 && types.every((type) => VOLUME_TYPES.includes(type))) return [];
    const path = joined(specPath, `volumes[${index}]`);
    return [{ path, found: types.join(", ") || "no type", expected: `one of ${VOLUME_TYPES.join(", ")}` }];
  });

const hostPorts: Control = ({ containers }) =>
  containers.flatMap(({ path, fields }) =>
    listAt(fields, "ports").flatMap((port, index) => {
      const hostPort = at(port, "hostPort");
      if (absent(hostPort) || hostPort === 0) return [];
      const found = shown(hostPort);
      return [{ path: `${path}.ports[${index}].hostPort`, found, expected: "no port of the node" }];
    }),
  );

const HOOKS = [
  ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => [probe]),
  ...["postStart", "preStop"].map((hook) => ["lifecycle", hook]),
];

/** Kubernetes 1.34: the node asks another host on the pod's behalf. */
const probeHosts: Control = ({ containers }) =>
  containers.flatMap(({ path, fields }) =>
    HOOKS.flatMap((hook) =>
      ["httpGet", "tcpSocket"].flatMap((action): Violation[] => {
        const keys = [...hook, action, "host"];
        const host = at(fields, ...keys);
        if (absent(host) || host === "") return [];
        return [{ path: `${path}.${keys.join(".")}`, found: shown(host), expected: "no host: the pod itself" }];
      }),
    ),
  );

const windowsHostProcess: Control = (pod) =>
  securityContexts(pod).flatMap(({ path, fields }) =>
    refuseSet(`${path}.windowsOptions.hostProcess`, at(fields, "windowsOptions", "hostProcess")),
  );

/** What a pod may not have of its node. */
export const hostAccess: readonly Control[] = [hostNamespaces, volumeTypes, hostPorts, probeHosts, windowsHostProcess];
