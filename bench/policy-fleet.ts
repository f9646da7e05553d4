import { readFile } from "node:fs/promises";
import path from "node:path";
import { ANCHOR_VARIABLE } from "../src/model/trust/anchor.ts";
import type { PinnedReference } from "../src/model/reference.ts";
import { Engine } from "./engine.ts";
import type { FleetSetting } from "./fleet.ts";
import { applicationNames, writeProject } from "./generated-project.ts";
import { Kubectl } from "./kubectl.ts";

/** By this the engine is told which pack to attach; empty, none. */
export const POLICY_PACK_OPTION = "PULUMI_OPTION_POLICY_PACK";

export interface PolicyFleetSetting extends FleetSetting {
  /** One for each application, no two alike, signed. */
  readonly signedImages: readonly PinnedReference[];
}

/** A deployed stage of which every application has an image of its own, signed, and the pack of its project. */
export class PolicyFleet {
  readonly project: string;
  readonly engine: Engine;
  readonly #setting: PolicyFleetSetting;
  readonly #namespace: string;

  constructor(setting: PolicyFleetSetting) {
    const { folder, pulumi, env, signal, signedImages } = setting;
    this.#setting = setting;
    this.#namespace = `bench-policy-${signedImages.length}`;
    this.project = path.join(folder, "project");
    this.engine = new Engine({ pulumi, project: this.project, state: path.join(folder, "state"), env, signal });
  }

  get pack(): string {
    return path.join(this.project, "policy", "lockstep-policy");
  }

  /** What a process needs to judge by this project. */
  get env(): Readonly<Record<string, string>> {
    if (this.#setting.env[ANCHOR_VARIABLE] === undefined) throw new Error("the sandbox has no trust anchor");
    return this.#setting.env;
  }

  async install(): Promise<void> {
    const { signedImages, chart, images } = this.#setting;
    const names = applicationNames(signedImages.length);
    await writeProject(this.project, {
      applicationCount: signedImages.length,
      namespace: this.#namespace,
      chart,
      image: images[0],
      images: new Map(signedImages.map((image, index) => [names[index] ?? "", image])),
    });
    await this.engine.install();
  }

  async preview({ pack }: { readonly pack: boolean }): Promise<void> {
    await this.engine.preview({ [POLICY_PACK_OPTION]: pack ? this.pack : "" });
  }

  /** Makes room on the nodes. */
  async remove(): Promise<void> {
    const { kubectl, env, signal, folder } = this.#setting;
    const file = path.join(folder, "objects.json");
    await new Kubectl({ kubectl, file, env, signal }).deleteNamespace(this.#namespace);
  }

  /** The project's name. */
  async name(): Promise<string> {
    const text = await readFile(path.join(this.project, "Pulumi.yaml"), "utf8");
    const name = /^name: (\S+)$/m.exec(text)?.[1];
    if (name === undefined) throw new Error("Pulumi.yaml without a name");
    return name;
  }
}
