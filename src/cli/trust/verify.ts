import { join } from "node:path";
import { trustFolder } from "../../adapters/project.ts";
import { readTrustedRoot } from "../../adapters/signatures/trusted-root.ts";
import { loadTrust } from "../../adapters/trust/load-trust.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { accepted, refused, type Outcome, type Refusal, orThrow } from "../../model/refusal.ts";
import { ANCHOR_VARIABLE, renderAnchor } from "../../model/trust/anchor.ts";
import type { VerifiedRoot } from "../../model/trust/trust.ts";
import { TRUSTED_ROOT_FILE } from "../../model/trust/trust-files.ts";

/** Whether the anchor leads to a root that lists what is here, and all of it fits. @throws RefusalError */
export async function verifyTrust({ json }: { readonly json?: true }): Promise<void> {
  const root = orThrow(await verifiedRoot(), 1);
  const display = displayPath(trustFolder());
  if (json === true) process.stdout.write(`${JSON.stringify({ root, folder: display }, undefined, 2)}\n`);
  else
    process.stdout.write(
      `root ${renderAnchor(root)} counts: ${display}/, policy/ and Pulumi.yaml are as it lists them\n`,
    );
}

async function verifiedRoot(): Promise<Outcome<VerifiedRoot>> {
  const trust = await loadTrust();
  if (trust.kind === "refused") return trust;
  const { root, stageRefusals, trustedRoot } = trust.value;
  if (root === undefined) return refused([NO_ANCHOR]);
  const inStages = [...new Set([...stageRefusals.values()].flat())];
  const refusals = [...inStages, ...(await refuseTrustedRoot(trustedRoot))];
  return refusals.length > 0 ? refused(refusals) : accepted(root);
}

/** Else it is read by the first keyless signature only. */
async function refuseTrustedRoot(text: string | undefined): Promise<readonly Refusal[]> {
  const read = text === undefined ? undefined : await readTrustedRoot(text);
  if (read?.kind !== "problem") return [];
  return [
    {
      code: "invalid-trusted-root",
      place: { file: displayPath(join(trustFolder(), TRUSTED_ROOT_FILE)) },
      found: read.problem,
      expected: "a trusted root of sigstore that keyless signatures can be verified against",
      action: "put the whole file there (cosign trusted-root create), or remove it and npm run trust -- edit",
    },
  ];
}

const NO_ANCHOR: Refusal = {
  code: "no-anchor",
  place: { path: ANCHOR_VARIABLE },
  found: "no anchor: nothing outside of the checkout says whose rules count",
  expected: "the root that trust begins with, <version>@sha256:<64 hex>",
  action:
    "npm run trust -- init in a new clone; else npm run trust -- status shows the line, and an owner whether it is the one",
};
