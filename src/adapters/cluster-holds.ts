import { z } from "zod";
import { CLUSTER_HOLDS_NAME, holdKey, type ClusterHold, type HoldScope } from "../model/cluster-hold.ts";
import { digestOf, hexOf, isDigest } from "../model/digest.ts";
import { accepted, andThen, combineAll, refused, type Outcome, type Refusal } from "../model/refusal.ts";
import { renderSignedTime } from "../model/statements/signed-json.ts";
import { shellCommand } from "../model/shell-word.ts";
import { parseJson } from "./json-answer.ts";
import { tellKubectl, type ClusterAccess } from "./kubectl.ts";
import { readNamedConfigMaps, type NamedConfigMap } from "./named-config-maps.ts";
import { Slots } from "./slots.ts";

/** A hold, and where the cluster keeps it. */
export interface PlacedHold extends ClusterHold {
  readonly namespace: string;
  /** Of the ConfigMap's data. */
  readonly key: string;
}

export interface HoldsQuestion extends HoldScope {
  /** Of the stage, as the cluster names them; undefined: wherever there are holds of this stage. */
  readonly namespaces: readonly string[] | undefined;
  readonly access: ClusterAccess;
}

export interface HoldPlacement extends HoldScope {
  readonly namespace: string;
  readonly hold: ClusterHold;
  readonly access: ClusterAccess;
}

const AT_ONCE = 4;
const MAX_TEXT = 4000;
/** Of a field manager's name, which may have 128 characters. */
const MANAGER_DIGITS = 16;

const textSchema = z.string().min(1).max(MAX_TEXT);
const entrySchema = z
  .object({
    ...{ project: textSchema, stage: textSchema, application: textSchema },
    image: z.string().refine(isDigest),
    ...{ reference: textSchema, reason: textSchema, by: textSchema },
    since: z.iso.datetime({ offset: true }),
  })
  .transform(({ since, ...entry }) => ({ ...entry, sinceMs: Date.parse(since) }));

/**
 * The versions that failed in a stage, as its cluster remembers them. An entry that cannot be read is refused: nobody
 * knows what it holds.
 */
export async function readClusterHolds(question: HoldsQuestion): Promise<Outcome<readonly PlacedHold[]>> {
  const { namespaces, access } = question;
  const maps = await readNamedConfigMaps({ name: CLUSTER_HOLDS_NAME, namespaces, access });
  return andThen(maps, (found) =>
    andThen(combineAll(found.map((map) => holdsOf(map, question))), (holds) => accepted(holds.flat())),
  );
}

function holdsOf(
  { metadata: { namespace }, data }: NamedConfigMap,
  question: HoldsQuestion,
): Outcome<readonly PlacedHold[]> {
  // Two stages may share a namespace that is neither's.
  const ours = Object.entries(data).filter(([key]) => key.startsWith(holdKey(question)));
  return combineAll(ours.map(([key, text]) => toHold(namespace, key, text, question)));
}

function toHold(
  namespace: string,
  key: string,
  text: string,
  { project, stage, access }: HoldsQuestion,
): Outcome<PlacedHold> {
  const parsed = entrySchema.safeParse(parseJson(text));
  if (parsed.success && parsed.data.project === project && parsed.data.stage === stage) {
    const { application, image, reference, reason, by, sinceMs } = parsed.data;
    return accepted({ application, image, reference, reason, by, sinceMs, namespace, key });
  }
  return refused([unreadable(namespace, key, access)]);
}

function unreadable(namespace: string, key: string, { context }: ClusterAccess): Refusal {
  const map = `configmap ${CLUSTER_HOLDS_NAME}`;
  const kubectl = shellCommand(["kubectl", "--context", context, "--namespace", namespace]);
  return {
    code: "unreadable-hold",
    place: { path: `ConfigMap ${namespace}/${CLUSTER_HOLDS_NAME}, ${key}` },
    found: "a hold that cannot be read: somebody changed it by hand",
    expected: "a hold as a failed roll-out wrote it down, or none",
    action: `look at it: ${kubectl} get ${map} --output yaml; where its version may come again, take the key out: ${kubectl} edit ${map}`,
  };
}

/**
 * Writes a hold down in the cluster, in the application's namespace. Idempotent; holds of other versions, and of other
 * stages, are not touched, whoever writes at the same time.
 */
export async function placeClusterHold(placement: HoldPlacement): Promise<Outcome<undefined>> {
  const { namespace, hold, access, project, stage } = placement;
  const key = holdKey(placement, hold);
  // A manager of its own for each: what one applies is no longer wanted by none of the others.
  const manager = `lockstep-hold-${hexOf(digestOf(key)).slice(0, MANAGER_DIGITS)}`;
  const flags = ["--server-side", "--force-conflicts", `--field-manager=${manager}`];
  const manifest = {
    ...{ apiVersion: "v1", kind: "ConfigMap" },
    metadata: {
      ...{ name: CLUSTER_HOLDS_NAME, namespace },
      labels: { "lockstep.dev/project": project, "lockstep.dev/stage": stage },
    },
    data: { [key]: renderHold(placement) },
  };
  const words = ["apply", "--namespace", namespace, ...flags, "--filename", "-"];
  const answer = await tellKubectl(words, access, JSON.stringify(manifest));
  return andThen(answer, () => accepted(undefined));
}

function renderHold({ project, stage, hold }: HoldPlacement): string {
  const { application, image, reference, by, sinceMs } = hold;
  // What cannot be read back would hold everything.
  const reason = hold.reason.slice(0, MAX_TEXT) || "failed";
  return JSON.stringify({
    project,
    stage,
    application,
    image,
    reference,
    reason,
    by,
    since: renderSignedTime(sinceMs),
  });
}

/** Takes holds out of the cluster. @param holds as they were read: what was placed since stays */
export async function liftClusterHolds(
  holds: readonly Pick<PlacedHold, "namespace" | "key">[],
  access: ClusterAccess,
): Promise<Outcome<undefined>> {
  const slots = new Slots(AT_ONCE);
  const patches = [...Map.groupBy(holds, ({ namespace }) => namespace)].map(([namespace, own]) => {
    const data = Object.fromEntries(own.map(({ key }) => [key, null]));
    const flags = ["--namespace", namespace, "--type", "merge", "--patch", JSON.stringify({ data })];
    const words = ["patch", "configmap", CLUSTER_HOLDS_NAME, ...flags];
    return slots.use(() => tellKubectl(words, access));
  });
  return andThen(combineAll(await Promise.all(patches)), () => accepted(undefined));
}
