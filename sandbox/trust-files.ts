import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { isSeq, parseDocument } from "yaml";
import { orThrow, type Outcome } from "../src/model/refusal.ts";
import { parseSshPublicKey } from "../src/model/ssh-public-key.ts";
import { parseStages, type Stages } from "../src/model/stages.ts";
import type { RootOwner } from "../src/model/trust/root.ts";
import { parseAdopted } from "../src/model/trust/adopted.ts";
import { groupsOf, rolesText, signerLine, startingFiles } from "../src/model/trust/starting-files.ts";
import { editYaml } from "../src/model/yaml-edit.ts";
import { parseYamlSource } from "../src/model/yaml-source.ts";
import { isMissing } from "./files.ts";
import { MEMBERS, type Person } from "./people.ts";

/** Before every statement that a test or a trial may want to date. */
const MEMBERS_SINCE = "2026-01-01T00:00:00Z";

/** Who and what a sandbox trusts beside its own key. */
export interface TrustedBySandbox {
  readonly people: readonly Person[];
  /** Images, each `registry/repository@sha256:…`, that count in every stage without a pin. */
  readonly adopted: readonly string[];
}

/** Completes the trust folder of a sandbox. What somebody changed there stays; only what is missing is added. */
export async function writeTrustFiles(folder: string, { people, adopted }: TrustedBySandbox): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stages = orThrow(await readStages(folder), 2);
  const members = people.filter(({ name }) => name !== "owner").map(asOwner);
  const texts = new Map([
    ...startingFiles(stages, members, MEMBERS_SINCE),
    ["roles.yaml", rolesText(membersOf(stages, people), MEMBERS_SINCE)],
  ]);
  for (const [name, text] of texts) {
    const file = path.join(folder, name);
    const before = await readIfThere(file);
    const after = completed(name, before ?? text, { stages, people, members, adopted });
    if (after !== before) await writeFileAtomic(file, after);
  }
}

/** The owner of the sandbox's root, or a member, as the files of trust write people. */
export function asOwner({ principal, key }: Person): RootOwner {
  const parsed = parseSshPublicKey(key);
  if (parsed.kind === "problem") throw new Error(`the key of ${principal} in the sandbox's keys is ${parsed.problem}`);
  return { principal, key: parsed.key };
}

interface Completion {
  readonly stages: Stages;
  readonly people: readonly Person[];
  readonly members: readonly RootOwner[];
  readonly adopted: readonly string[];
}

/** Pure. */
function completed(name: string, text: string, { stages, people, members, adopted }: Completion): string {
  switch (name) {
    case "roles.yaml":
      return withGroups(text, membersOf(stages, people));
    case "allowed_signers":
      return members.reduce(
        (lines, member) =>
          lines.includes(member.key.text) ? lines : `${lines.replace(/\n?$/, "\n")}${signerLine(member)}\n`,
        text,
      );
    case "adopted.yaml":
      return withAdopted(text, adopted);
    default:
      return text;
  }
}

/** The principals of every group that the stages' gates name. */
function membersOf(stages: Stages, people: readonly Person[]): ReadonlyMap<string, readonly string[]> {
  const members = people.filter(({ name }) => name !== "owner");
  return new Map(
    groupsOf(stages).map((group) => {
      const names = MEMBERS[group];
      return [
        group,
        members.filter(({ name }) => names?.includes(name) ?? name !== "deployer").map(({ principal }) => principal),
      ] as const;
    }),
  );
}

function withGroups(text: string, groups: ReadonlyMap<string, readonly string[]>): string {
  const source = orThrow(parseYamlSource("roles.yaml", text), 2);
  const known = (source.tree as { groups?: Record<string, unknown> } | null)?.groups ?? {};
  const missing = [...groups].filter(([group]) => !Object.hasOwn(known, group));
  if (missing.length === 0) return text;
  return editYaml(
    source,
    missing.map(([group, principals]) => ({
      path: ["groups", group],
      value: principals.map((principal) => ({ principal, since: MEMBERS_SINCE })),
    })),
  );
}

function withAdopted(text: string, images: readonly string[]): string {
  const source = orThrow(parseYamlSource("adopted.yaml", text), 2);
  const known = orThrow(parseAdopted(source), 2);
  const missing = images.filter((image) => !known.some(({ name, digest }) => image === `${name}@${digest}`));
  if (missing.length === 0) return text;
  const document = parseDocument(text);
  const reason = "an image of somebody else's chart, which the sandbox publishes itself";
  const entries = missing.map((image) => ({ image, owner: "sandbox", reason, stages: ["*"] }));
  // A list of entries on lines of their own, also where it was `[]` so far.
  const list = document.get("adopted");
  if (isSeq(list) && list.items.length > 0) for (const entry of entries) list.add(document.createNode(entry));
  else document.set("adopted", document.createNode(entries));
  return document.toString({ lineWidth: 0 });
}

async function readStages(folder: string): Promise<Outcome<Stages>> {
  const file = path.join(folder, "stages.yaml");
  return parseStages(orThrow(parseYamlSource(file, await readFile(file, "utf8")), 2));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
