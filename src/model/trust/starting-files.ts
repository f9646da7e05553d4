import { stringify } from "yaml";
import type { Stages } from "../stages.ts";
import type { RootOwner } from "./root.ts";

/** The files of a new trust folder, by name; `stages.yaml` is the project's own. Pure. */
export function startingFiles(
  stages: Stages,
  people: readonly RootOwner[],
  since: string,
): ReadonlyMap<string, string> {
  const principals = people.map(({ principal }) => principal);
  return new Map([
    ["roles.yaml", rolesText(new Map(groupsOf(stages).map((group) => [group, principals])), since)],
    ["allowed_signers", allowedSignersText(people)],
    ["image-keys.yaml", IMAGE_KEYS],
    ["adopted.yaml", ADOPTED],
    ["revoked.yaml", REVOKED],
    ["exemptions.yaml", EXEMPTIONS],
  ]);
}

/** The groups that gates name, each once, in the order of the file. */
export function groupsOf(stages: Stages): readonly string[] {
  const named = [...stages.values()].flatMap(({ gate }) => [
    ...(gate?.promoters ?? []),
    ...(gate?.rollback ?? []),
    ...(gate?.approvals?.groups ?? []),
  ]);
  return [...new Set(named)];
}

/** @param groups the principals of each */
export function rolesText(groups: ReadonlyMap<string, readonly string[]>, since: string): string {
  const members = [...groups].map(
    ([group, principals]) => [group, principals.map((principal) => ({ principal, since }))] as const,
  );
  return ROLES + stringify({ groups: Object.fromEntries(members) });
}

export function allowedSignersText(people: readonly RootOwner[]): string {
  return ALLOWED_SIGNERS + people.map((person) => `${signerLine(person)}\n`).join("");
}

/** A line of allowed_signers: the key counts for statements and approvals, and for nothing else that SSH signs. */
export function signerLine({ principal, key }: RootOwner): string {
  return `${principal} namespaces="statement@lockstep,approval@lockstep" ${key.text}`;
}

const ROLES = `# Who is in which group, and since when (until: the day they left; lines stay, so that what they signed stands).
# A group is named by gates in stages.yaml; each principal has its key in allowed_signers.
`;

const ALLOWED_SIGNERS = `# People's and deployers' SSH keys, as ssh-keygen reads them (man ssh-keygen, ALLOWED SIGNERS):
# <principal> [valid-after="20261120Z",valid-before="20271120Z",namespaces="..."] <type> <key>
# One principal per line, no wildcards. A person who leaves: until in roles.yaml, the key under revoked.yaml as left.
`;

const IMAGE_KEYS = `# Whose signatures of images and charts count, in which stages and for which repositories: docs/adopting.md
#  - name: supplier-a
#    publicKey: |
#      -----BEGIN PUBLIC KEY-----
#    stages: [inttest, extest]          # or ["*"]
#    repositories: ["registry.example.com/supplier-a/**"]
keys: []
`;

const ADOPTED = `# Third-party images and charts that are accepted by digest, without a signature.
#  - image: registry.example.com/third/party@sha256:<64 hex>     # or chart: ...
#    owner: anna@example.com
#    reason: no signature upstream; read and scanned on 2026-11-20
#    stages: [extest, preprod, prod]    # or ["*"]
adopted: []
`;

const REVOKED = `# What no longer counts. kind left: what the key signed before \`since\` stands; compromised: nothing stands.
#  keys:
#    - key: SHA256:<as ssh-keygen -lf prints it>                  # or an image key's SHA-256, hexadecimal
#      kind: left
#      since: 2026-11-20T00:00:00Z
#      reason: left the company
#  digests:    [{ digest: "sha256:<64 hex>", reason: ... }]      # images and charts
#  statements: [{ digest: "sha256:<64 hex>", reason: ... }]
keys: []
digests: []
statements: []
`;

const EXEMPTIONS = `# Rules of the policy pack that are set aside for one object, for a time.
#  - rule: workload-probes
#    stages: [extest]
#    application: portal
#    object: Deployment/portal          # left out: all of the application's
#    owner: anna@example.com
#    reason: ...
#    expires: 2026-12-31T00:00:00Z
exemptions: []
`;
