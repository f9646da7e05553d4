import { trustFolder } from "../../adapters/project.ts";
import { loadTrust } from "../../adapters/trust/load-trust.ts";
import { displayPath } from "../../adapters/yaml-files.ts";
import { accepted, andThen, refused, type Outcome } from "../../model/refusal.ts";
import { ANCHOR_VARIABLE, renderAnchor } from "../../model/trust/anchor.ts";
import type { VerifiedRoot } from "../../model/trust/trust.ts";
import { orThrow } from "./or-throw.ts";

/** Whether the anchor leads to a root that lists what is here, and all of it fits. @throws RefusalError */
export async function verifyTrust({ json }: { readonly json?: true }): Promise<void> {
  const root = orThrow(await verifiedRoot(), 1);
  const display = displayPath(trustFolder());
  if (json === true) process.stdout.write(`${JSON.stringify({ root, folder: display }, undefined, 2)}\n`);
  else
    process.stdout.write(
      `root ${renderAnchor(root)} counts: ${display}/ and the rules in policy/ are as it lists them\n`,
    );
}

async function verifiedRoot(): Promise<Outcome<VerifiedRoot>> {
  return andThen(await loadTrust(), ({ root }) =>
    root === undefined
      ? refused([
          {
            code: "no-anchor",
            place: { path: ANCHOR_VARIABLE },
            found: "no anchor: nothing outside of the checkout says whose rules count",
            expected: "the root that trust begins with, <version>@sha256:<64 hex>",
            action:
              "npm run trust -- init in a new clone; else npm run trust -- status shows the line, and an owner whether it is the one",
          },
        ])
      : accepted(root),
  );
}
