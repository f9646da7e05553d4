import { Command } from "commander";
import { untilInterrupted } from "../interruption.ts";
import { pin, type PinOptions } from "./pin.ts";

/** `lockstep pin <stage> <application> <image>`. */
export function pinCommand(): Command {
  return new Command("pin")
    .description("pins a signed image in a stage that the registry feeds")
    .argument("<stage>", "the stage, such as inttest")
    .argument("<application>", "an application of the catalogue")
    .argument("<image>", "registry/repository:tag; the digest is looked up, or checked where it is given")
    .option("--chart <reference>", "oci://registry/repository:version; without it the pinned chart stays")
    .option("--accept-downtime", "even if the running version cannot live with the new one's migration")
    .option("--other-repository", "even if the image comes from elsewhere than the one that is pinned")
    .option("--dry-run", "shows the plan and writes nothing")
    .option("--yes", "does not ask")
    .option("--json", "the plan as JSON")
    .addHelpText(
      "after",
      `
Verifies the signatures of image and chart with the keys and identities of trust/image-keys.yaml,
reads the image's labels and edits Pulumi.<stage>.yaml; deploys nothing.

  npm run pin -- inttest appointments registry.example.com/ehealth/appointments:1.4.2

Exit codes: 0 done, 1 refused or failed, 2 wrong use or invalid configuration, 130 interrupted.`,
    )
    .action(async (stage: string, application: string, image: string, options: PinOptions) => {
      await untilInterrupted((signal) => pin({ stage, application, image, options, signal }));
    });
}
