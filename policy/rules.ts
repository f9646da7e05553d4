import type { ApplicationRule } from "./application-rule.ts";
import type { Rule } from "./rule.ts";
import { chartPinned } from "./rules/chart-pinned.ts";
import { chartSigned } from "./rules/chart-signed.ts";
import { covered } from "./rules/covered.ts";
import { hostsOwned } from "./rules/hosts-owned.ts";
import { imageKnown } from "./rules/image-known.ts";
import { imagePinned } from "./rules/image-pinned.ts";
import { imageSigned } from "./rules/image-signed.ts";
import { kindDeclared } from "./rules/kind-declared.ts";
import { noHelmRelease } from "./rules/no-helm-release.ts";
import { noIgnoredChanges } from "./rules/no-ignored-changes.ts";
import { noPlainSecret } from "./rules/no-plain-secret.ts";
import { noSkippedAwait } from "./rules/no-skipped-await.ts";
import { ownCluster } from "./rules/own-cluster.ts";
import { ownObjects } from "./rules/own-objects.ts";
import { privateByDefault } from "./rules/private-by-default.ts";
import { protectedStays } from "./rules/protected-stays.ts";
import { schemaBarrier } from "./rules/schema-barrier.ts";
import { withinStage } from "./rules/within-stage.ts";
import { workloadAvailable } from "./rules/workload-available.ts";
import { workloadBudget } from "./rules/workload-budget.ts";
import { workloadProbes } from "./rules/workload-probes.ts";
import { workloadResources } from "./rules/workload-resources.ts";
import { workloadSecurity } from "./rules/workload-security.ts";

/** Every rule over resources, in the order in which they are listed and asked. */
export const rules: readonly Rule[] = [
  covered,
  withinStage,
  ownCluster,
  noIgnoredChanges,
  imagePinned,
  imageKnown,
  imageSigned,
  chartPinned,
  chartSigned,
  kindDeclared,
  ownObjects,
  schemaBarrier,
  workloadSecurity,
  workloadResources,
  workloadProbes,
  workloadAvailable,
  privateByDefault,
  hostsOwned,
  noHelmRelease,
  noSkippedAwait,
  noPlainSecret,
  protectedStays,
];

/** Every rule over the objects of an application together, asked at the end of a run. */
export const applicationRules: readonly ApplicationRule[] = [workloadBudget];
