import { absent, at, listAt, shown } from "../kubernetes/fields.ts";
import { containersOf } from "../kubernetes/containers.ts";
import { kindOf } from "../kubernetes/objects.ts";
import { findPods } from "../kubernetes/pod-finder.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";
import { applicationOf } from "../urn.ts";

export const privateByDefault: Rule = {
  id: "private-by-default",
  title: "only applications that are declared public are reached around the stage's gateway",
  why: "a load balancer, a port of the nodes or another name is a door without the gateway's certificates and rules",
  fix: "use a Service of type ClusterIP and `hosts`, or declare the application public in the catalogue (public: true)",
  level: "mandatory",
  exemptible: true,
  check: (resource, { loaded }) => {
    const application = applicationOf(resource);
    if (application !== undefined && loaded.catalogue.get(application)?.public === true) return [];
    return [...refuseService(resource), ...refuseNodePorts(resource)];
  },
};

function refuseService(resource: JudgedResource): Violation[] {
  const { group, kind } = kindOf(resource);
  if (group !== "" || kind !== "Service") return [];
  const { spec } = resource.props;
  const type = at(spec, "type");
  const expected = "ClusterIP: reached through the gateway alone";
  return [
    ...(absent(type) || type === "ClusterIP" ? [] : [{ path: "spec.type", found: shown(type), expected }]),
    ...(listAt(spec, "externalIPs").length === 0
      ? []
      : [{ path: "spec.externalIPs", found: shown(at(spec, "externalIPs")), expected: "none" }]),
  ];
}

function refuseNodePorts(resource: JudgedResource): Violation[] {
  return findPods(resource).flatMap((pod) => [
    ...(absent(at(pod.spec, "hostNetwork")) || at(pod.spec, "hostNetwork") === false
      ? []
      : [
          {
            path: pod.specPath === "" ? "hostNetwork" : `${pod.specPath}.hostNetwork`,
            found: shown(at(pod.spec, "hostNetwork")),
            expected: "a network of the pod's own",
          },
        ]),
    ...containersOf(pod).flatMap(({ path, fields }) =>
      listAt(fields, "ports").flatMap((port, index) => {
        const hostPort = at(port, "hostPort");
        if (absent(hostPort) || hostPort === 0) return [];
        return [{ path: `${path}.ports[${index}].hostPort`, found: shown(hostPort), expected: "no port of the node" }];
      }),
    ),
  ]);
}
