import { absent, at, below, entriesAt, listAt, shown } from "../kubernetes/fields.ts";
import { containerContext, isForWindows, podContext, refuseOther, securityContexts, type Control } from "./control.ts";

const CONFINED = ["RuntimeDefault", "Localhost"];

/** A container that says nothing has what the pod says. */
const seccomp: Control = (pod) => {
  if (isForWindows(pod)) return [];
  const ofPod = at(podContext(pod).fields, "seccompProfile", "type");
  return securityContexts(pod).flatMap(({ owner, path, fields }) => {
    const profile = at(fields, "seccompProfile");
    const type = at(profile, "type");
    if (typeof type === "string" && CONFINED.includes(type)) return [];
    if (absent(profile) && (owner === "pod" || CONFINED.includes(shown(ofPod)))) return [];
    const found = absent(profile) ? "nothing, here or on the pod" : shown(type);
    return [{ path: `${path}.seccompProfile.type`, found, expected: CONFINED.join(" or ") }];
  });
};

const APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

const appArmor: Control = (pod) => [
  ...securityContexts(pod).flatMap(({ path, fields }) => {
    const profile = at(fields, "appArmorProfile");
    const type = at(profile, "type");
    if (absent(profile) || (typeof type === "string" && CONFINED.includes(type))) return [];
    return [{ path: `${path}.appArmorProfile.type`, found: shown(type), expected: CONFINED.join(" or ") }];
  }),
  ...entriesAt(pod.metadata, "annotations").flatMap(([key, value]) =>
    !key.startsWith(APP_ARMOR_ANNOTATION) || isConfinedAnnotation(value)
      ? []
      : [
          {
            path: below(`${pod.metadataPath}.annotations`, key),
            found: shown(value),
            expected: "runtime/default or localhost/<profile>",
          },
        ],
  ),
];

function isConfinedAnnotation(value: unknown): boolean {
  return typeof value === "string" && (value === "" || value === "runtime/default" || value.startsWith("localhost/"));
}

const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

const seLinux: Control = (pod) =>
  securityContexts(pod).flatMap(({ path, fields }) => {
    const options = at(fields, "seLinuxOptions");
    return [
      ...refuseOther(`${path}.seLinuxOptions.type`, at(options, "type"), SELINUX_TYPES),
      ...["user", "role"].flatMap((field) => {
        const value = at(options, field);
        if (absent(value) || value === "") return [];
        return [{ path: `${path}.seLinuxOptions.${field}`, found: shown(value), expected: "left out" }];
      }),
    ];
  });

const procMount: Control = ({ containers }) =>
  containers
    .map(containerContext)
    .flatMap(({ path, fields }) => refuseOther(`${path}.procMount`, at(fields, "procMount"), ["Default"]));

const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

const sysctls: Control = (pod) => {
  const { path, fields } = podContext(pod);
  return listAt(fields, "sysctls").flatMap((sysctl, index) => {
    const name = at(sysctl, "name");
    if (typeof name === "string" && SAFE_SYSCTLS.includes(name)) return [];
    return [
      { path: `${path}.sysctls[${index}].name`, found: shown(name), expected: `one of ${SAFE_SYSCTLS.join(", ")}` },
    ];
  });
};

/** What of the kernel's own fences may not be lowered. */
export const profiles: readonly Control[] = [seccomp, appArmor, seLinux, procMount, sysctls];
