import type { ContainerDefaults } from "../../src/model/stage-cluster.ts";
import { containersOf, type Container } from "../kubernetes/containers.ts";
import { absent, at, entriesAt, shown } from "../kubernetes/fields.ts";
import { findPods } from "../kubernetes/pod-finder.ts";
import { parseQuantity } from "../kubernetes/quantity.ts";
import type { JudgedResource, Rule, Violation } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { applicationOf } from "../urn.ts";

type Amounts = Readonly<Record<string, unknown>>;

interface Resources {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const ASKED = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

/** No limit on cpu is asked for: it throttles where nothing else wants the processor. */
export const workloadResources: Rule = {
  id: "workload-resources",
  title: "every container says what it needs, and how much memory it may take",
  why: "a container without requests lands on a full node, one without a memory limit takes the node down with it",
  fix: "set resources on the container, or defaults for its namespace in the stack file (lockstep:namespaces)",
  level: "mandatory",
  exemptible: true,
  check: (resource, context) => {
    const defaults = defaultsFor(resource, context);
    return findPods(resource).flatMap((pod) =>
      containersOf(pod)
        // An ephemeral container cannot have any.
        .filter(({ kind }) => kind !== "ephemeral")
        .flatMap((container) => refuseResources(container, defaults)),
    );
  },
};

/** Of the namespace's LimitRange, which the stage writes where it makes the namespace. */
function defaultsFor(resource: JudgedResource, { loaded: { stage } }: StageContext): ContainerDefaults | undefined {
  const application = stage.applications.find(({ application: { name } }) => name === applicationOf(resource));
  const named = at(resource.props, "metadata", "namespace");
  const namespace = absent(named) ? application?.namespace : named;
  return stage.namespaces.find(({ name, create }) => create && name === namespace)?.defaults;
}

function refuseResources({ path, fields }: Container, defaults: ContainerDefaults | undefined): Violation[] {
  const said = { requests: amounts(fields, "requests"), limits: amounts(fields, "limits") };
  const resources = withDefaults(said, defaults);
  const missing = ASKED.flatMap(([list, name]) =>
    absent(resources[list][name])
      ? [{ path: `${path}.resources.${list}.${name}`, found: "nothing", expected: "an amount above zero" }]
      : [],
  );
  const wrong = (["requests", "limits"] as const).flatMap((list) =>
    Object.entries(resources[list]).flatMap(([name, amount]) =>
      isAboveZero(amount)
        ? []
        : [{ path: `${path}.resources.${list}.${name}`, found: shown(amount), expected: "an amount above zero" }],
    ),
  );
  return [...missing, ...wrong, ...refuseBeyondLimit(path, said, resources)];
}

function amounts(fields: unknown, list: keyof Resources): Amounts {
  const named = entriesAt(fields, "resources", list);
  return Object.fromEntries(named.filter(([, amount]) => !absent(amount)));
}

/**
 * As the API server fills in: a request left out is the container's own limit, else the namespace's default; a
 * namespace that names a default limit alone means the same amount as the request.
 */
function withDefaults(said: Resources, defaults: ContainerDefaults | undefined): Resources {
  const { requests = {}, limits = {} } = defaults ?? {};
  return {
    requests: { ...limits, ...requests, ...said.limits, ...said.requests },
    limits: { ...limits, ...said.limits },
  };
}

function isAboveZero(amount: unknown): boolean {
  const parsed = parseQuantity(amount);
  return parsed !== undefined && parsed > 0n;
}

function refuseBeyondLimit(path: string, said: Resources, { requests, limits }: Resources): Violation[] {
  return Object.keys(requests).flatMap((name) => {
    const [request, limit] = [parseQuantity(requests[name]), parseQuantity(limits[name])];
    if (request === undefined || limit === undefined || request <= limit) return [];
    const whose = Object.hasOwn(said.limits, name) ? "its limit" : "the limit that the namespace gives it";
    return [
      {
        path: `${path}.resources.requests.${name}`,
        found: shown(requests[name]),
        expected: `at most ${whose}, ${shown(limits[name])}`,
      },
    ];
  });
}
