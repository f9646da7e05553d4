import { absent, listAt, shown } from "../kubernetes/fields.ts";
import { hostsOf, type NamedHost } from "../kubernetes/hosts.ts";
import type { Rule, Violation } from "../rule.ts";
import type { StageContext } from "../stage-context.ts";
import { APPLICATION_TYPE, applicationOf } from "../urn.ts";

export const hostsOwned: Rule = {
  id: "hosts-owned",
  title: "every host lies in the stage's zone and belongs to one application, which declares it",
  why: "an application that answers to another's host, or to another stage's, takes its visitors and their passwords",
  fix: "name the host under `hosts` in the application's settings, and there alone",
  level: "mandatory",
  exemptible: true,
  check: (resource, context) => {
    const application = applicationOf(resource);
    const known = context.loaded.stage.applications.find(({ application: { name } }) => name === application);
    const declared = known?.hosts ?? [];
    if (resource.type !== APPLICATION_TYPE) {
      return hostsOf(resource).flatMap((named) => refuseRendered(named, declared, application, context));
    }
    // What the program hands on, and what the stack file says: they are the same, or the application is not covered.
    const hosts = [...new Set<unknown>([...listAt(resource.props, "hosts"), ...declared])];
    return hosts.flatMap((host, index) => refuseDeclared({ path: `hosts[${index}]`, host }, application, context));
  },
};

/** Hosts as people declare them: in the zone, and nobody else's. */
function refuseDeclared(named: NamedHost, application: string | undefined, context: StageContext): Violation[] {
  const others = context.loaded.stage.applications.filter(
    ({ application: { name }, hosts }) => name !== application && hosts.some((host) => isSame(host, named.host)),
  );
  return [
    ...refuseOutside(named, context),
    ...others.map(({ application: { name } }) => ({
      path: named.path,
      found: `${shown(named.host)}, which ${name} declares as well`,
      expected: "a host of one application",
    })),
  ];
}

/** Hosts as charts write them: a declared one, which is judged at the application. Wildcards never are. */
function refuseRendered(
  { path, host }: NamedHost,
  declared: readonly string[],
  application: string | undefined,
  { loaded: { stage } }: StageContext,
): Violation[] {
  if (declared.some((one) => isSame(one, host))) return [];
  const expected = declared.length === 0 ? "no host: none is declared" : `one of ${declared.join(", ")}`;
  if (absent(host) || host === "") return [{ path, found: "every host", expected }];
  const owner = stage.applications.find(({ hosts }) => hosts.some((one) => isSame(one, host)));
  const whose =
    owner === undefined
      ? "which nobody declares"
      : `which is ${owner.application.name}'s, not ${application ?? "the stage"}'s`;
  return [{ path, found: `${shown(host)}, ${whose}`, expected }];
}

function refuseOutside({ path, host }: NamedHost, { loaded, stage }: StageContext): Violation[] {
  const { zone } = loaded.definition;
  if (zone === undefined) return [];
  const [name, end] = [normal(host), normal(zone)];
  if (name === end || name.endsWith(`.${end}`)) return [];
  const expected = `a host in ${zone}, the zone of ${stage} (trust/stages.yaml)`;
  return [{ path, found: shown(host), expected, action: `choose a host that ends in .${zone}` }];
}

function isSame(left: unknown, right: unknown): boolean {
  return normal(left) === normal(right);
}

/** DNS takes capitals and a last dot for nothing. */
function normal(host: unknown): string {
  return typeof host === "string" ? host.toLowerCase().replace(/\.$/, "") : "";
}
