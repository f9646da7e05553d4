import { z } from "zod";
import type { HoldScope } from "../model/cluster-hold.ts";
import { isDigest } from "../model/digest.ts";
import { checksKey, PASSED_CHECKS_NAME, type PassedChecks } from "../model/passed-checks.ts";
import { accepted, andThen, combineAll, type Outcome } from "../model/refusal.ts";
import { parseJson } from "./json-answer.ts";
import { tellKubectl, type ClusterAccess } from "./kubectl.ts";
import { readNamedConfigMaps } from "./named-config-maps.ts";
import { Slots } from "./slots.ts";

export interface ChecksQuestion extends HoldScope {
  readonly applications: readonly PlacedApplication[];
  readonly access: ClusterAccess;
}

export interface PlacedApplication {
  readonly name: string;
  /** In the cluster. */
  readonly namespace: string;
}

export interface ChecksToRemember extends HoldScope {
  readonly passed: readonly (PassedChecks & { readonly namespace: string })[];
  readonly access: ClusterAccess;
}

const AT_ONCE = 4;
const digest = z.string().refine(isDigest);
const entrySchema = z.object({ image: digest, state: digest });

/** By application. An entry that nobody can read is none: what it was about is checked once more. */
export async function readPassedChecks(question: ChecksQuestion): Promise<Outcome<ReadonlyMap<string, PassedChecks>>> {
  const { applications, access } = question;
  const namespaces = [...new Set(applications.map(({ namespace }) => namespace))];
  const maps = await readNamedConfigMaps({ name: PASSED_CHECKS_NAME, namespaces, access });
  return andThen(maps, (found) => {
    const data = new Map(found.map((map) => [map.metadata.namespace, map.data]));
    const entries = applications.flatMap(({ name, namespace }) => {
      const entry = entrySchema.safeParse(parseJson(data.get(namespace)?.[checksKey(question, name)]));
      return entry.success ? [[name, { application: name, ...entry.data }] as const] : [];
    });
    return accepted(new Map(entries));
  });
}

/** Entries of others in the same ConfigMap are not touched, whoever writes at the same time. */
export async function rememberPassed({ passed, access, ...scope }: ChecksToRemember): Promise<Outcome<undefined>> {
  const slots = new Slots(AT_ONCE);
  const written = [...Map.groupBy(passed, ({ namespace }) => namespace)].map(([namespace, own]) => {
    const data = Object.fromEntries(
      own.map(({ application, image, state }) => [checksKey(scope, application), JSON.stringify({ image, state })]),
    );
    return slots.use(() => write({ namespace, data, access }));
  });
  return andThen(combineAll(await Promise.all(written)), () => accepted(undefined));
}

interface Writing {
  readonly namespace: string;
  readonly data: Readonly<Record<string, string>>;
  readonly access: ClusterAccess;
}

/** As the API server says it, and kubectl passes it on. */
const NOT_FOUND = /\bNotFound\b/;
const ALREADY_EXISTS = /\bAlreadyExists\b/;

async function write(writing: Writing): Promise<Outcome<string>> {
  const patched = await patch(writing);
  if (!isRefusedAs(patched, NOT_FOUND)) return patched;
  const { namespace, data, access } = writing;
  const metadata = { name: PASSED_CHECKS_NAME, namespace };
  const manifest = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
  const created = await tellKubectl(["create", "--namespace", namespace, "--filename", "-"], access, manifest);
  return isRefusedAs(created, ALREADY_EXISTS) ? patch(writing) : created;
}

function patch({ namespace, data, access }: Writing): Promise<Outcome<string>> {
  const flags = ["--namespace", namespace, "--type", "merge", "--patch", JSON.stringify({ data })];
  return tellKubectl(["patch", "configmap", PASSED_CHECKS_NAME, ...flags], access);
}

function isRefusedAs(outcome: Outcome<unknown>, words: RegExp): boolean {
  return outcome.kind === "refused" && outcome.refusals.some(({ found }) => words.test(found));
}
