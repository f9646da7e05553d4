import { isRecord } from "../../model/json.ts";
import type { StageDefinition } from "../../model/stages.ts";
import type { Pin } from "../../model/pin.ts";
import type { Chain } from "../coverage/statement-chain.ts";

/** The versions that an application has had in a stage: as little as the report needs of thousands of statements. */
export interface VersionHistory {
  /** Identities, the earliest first, the present one last; empty where it has none. One may come back. */
  readonly versions: readonly string[];
  /** False where nobody wrote down what was there before. */
  readonly complete: boolean;
  /** When the present version was stated, where it was. */
  readonly sinceMs: number | undefined;
}

/** @param chain undefined: nothing was stated about it */
export function toVersionHistory(
  chain: Chain | undefined,
  pin: Pin | undefined,
  { from }: Pick<StageDefinition, "from">,
): VersionHistory {
  const links = chain?.kind === "chain" ? chain.links : [];
  const stated = links.map(({ statement: { whenMs }, transition: { after } }) => ({
    version: versionIn(after?.state["pin"]),
    whenMs,
  }));
  // Without a pin it has none, whatever it had before.
  if (pin === undefined) return { versions: [], complete: true, sinceMs: undefined };
  const present = versionOf(pin);
  const entries = stated.at(-1)?.version === present ? stated : [...stated, { version: present, whenMs: undefined }];
  const runs = entries.filter(({ version }, index) => index === 0 || entries[index - 1]?.version !== version);
  return {
    versions: runs.flatMap(({ version }) => (version === undefined ? [] : [version])),
    // What the registry fed came without statements before the stage had a gate.
    complete: chain?.kind === "chain" && from !== "registry",
    sinceMs: runs.at(-1)?.whenMs,
  };
}

/** What makes two pins the same version: the digests of image and chart. */
export function versionOf(pin: Pin): string {
  return `${pin.image.digest} ${pin.chart.digest}`;
}

/** The same of a pin as a statement has it. */
function versionIn(pin: unknown): string | undefined {
  if (!isRecord(pin)) return undefined;
  const { image, chart } = pin;
  if (typeof image !== "string" || typeof chart !== "string") return undefined;
  return `${digestIn(image)} ${digestIn(chart)}`;
}

function digestIn(reference: string): string {
  return reference.slice(reference.lastIndexOf("@") + 1);
}
