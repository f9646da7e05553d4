import { DeployFleet, type DeployFleetSetting } from "./deploy-fleet.ts";
import { measureInTurns, type Measurement, type Sample, type Subject } from "./samples.ts";

/** What `deploy` and `rollback` take, beside what others take for the same. */
export interface DeployReport {
  readonly applications: number;
  /** One image changed, with the policy pack: plan and update. */
  readonly deploy: Measurement;
  readonly up: Measurement;
  /** One application back to the version before, until its pods are ready. */
  readonly rollback: Measurement;
  readonly helmRollback: Measurement;
  readonly rolloutUndo: Measurement;
}

export const DEPLOY_NAMES = {
  deploy: "one image changed: deploy --yes",
  up: "one image changed: pulumi up --yes, with the policy pack",
  rollback: "back to old pods ready: rollback --yes",
  helmRollback: "back to old pods ready: helm rollback --wait",
  rolloutUndo: "back to old pods ready: kubectl rollout undo, rollout status",
} as const;

export interface DeploySetting extends DeployFleetSetting {
  readonly runs: number;
  readonly say: (line: string) => void;
}

export async function measureDeploy(setting: DeploySetting): Promise<DeployReport> {
  const { runs, say, signedImages } = setting;
  const fleet = new DeployFleet(setting);
  say(`deploy: installing ${signedImages.length} applications`);
  await fleet.install();
  const onSample = (name: string, { ms }: Sample): void => {
    say(`${name}: ${(ms / 1000).toFixed(1)} s`);
  };
  const measure = (subjects: readonly Subject[]): Promise<readonly Measurement[]> =>
    measureInTurns(subjects, { runs, warmUp: true, onSample });
  const changes = await measure(changesOf(fleet));
  const ways = await measure(waysBack(fleet));
  await fleet.remove();
  const find = (name: string): Measurement => {
    const found = [...changes, ...ways].find((measurement) => measurement.name === name);
    if (found === undefined) throw new Error(`${name} was not measured`);
    return found;
  };
  return {
    applications: signedImages.length,
    deploy: find(DEPLOY_NAMES.deploy),
    up: find(DEPLOY_NAMES.up),
    rollback: find(DEPLOY_NAMES.rollback),
    helmRollback: find(DEPLOY_NAMES.helmRollback),
    rolloutUndo: find(DEPLOY_NAMES.rolloutUndo),
  };
}

/** In turns: each deploys the version that the other did not. */
function changesOf(fleet: DeployFleet): readonly Subject[] {
  const prepare = (): Promise<void> => fleet.changeImage();
  return [
    { name: DEPLOY_NAMES.up, prepare, work: () => fleet.pulumiUp() },
    { name: DEPLOY_NAMES.deploy, prepare, work: () => fleet.deploy() },
  ];
}

function waysBack(fleet: DeployFleet): readonly Subject[] {
  return [
    {
      name: DEPLOY_NAMES.rollback,
      prepare: async () => {
        await fleet.changeImage();
        await fleet.pulumiUp();
      },
      work: () => fleet.rollback(),
    },
    {
      name: DEPLOY_NAMES.helmRollback,
      prepare: async () => {
        await fleet.afterRollback();
        await fleet.helmUpgrade();
      },
      work: () => fleet.helmRollback(),
    },
    { name: DEPLOY_NAMES.rolloutUndo, prepare: () => fleet.kubectlSetImage(), work: () => fleet.kubectlUndo() },
  ];
}
