import { storeFolder } from "../project.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import { registryClient, type DigestReference } from "../registry/registry-client.ts";
import { Slots } from "../slots.ts";
import { refuseUnsigned } from "./verdict.ts";
import { verifySignature } from "./verify-signature.ts";
import { ContentStore } from "../store/content-store.ts";
import { nameOf, renderReference } from "../../model/reference.ts";
import type { Refusal } from "../../model/refusal.ts";
import { trustedSigners } from "../../model/trusted-signers.ts";
import type { Trust } from "../../model/trust/trust.ts";

/** As many as the registry client's own connections keep busy. */
const AT_ONCE = 16;

/** Who signed what: each image and chart of a stage is asked about once per run, however many objects name it. */
export class SignatureChecks {
  readonly #trust: Trust;
  readonly #stage: string;
  readonly #answers = new Map<string, Promise<readonly Refusal[]>>();
  readonly #slots = new Slots(AT_ONCE);
  readonly #sources = {
    registry: registryClient({ credentials: dockerCredentials() }),
    store: new ContentStore(storeFolder()),
  };

  constructor(trust: Trust, stage: string) {
    this.#trust = trust;
    this.#stage = stage;
  }

  /** Everything that stands against a reference's signature; empty where a key of this stage and repository signed it. */
  refuse(reference: DigestReference, kind: "image" | "chart"): Promise<readonly Refusal[]> {
    // By name and digest: a tag says nothing, and which keys count depends on the repository.
    const key = `${nameOf(reference)}@${reference.digest}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const path = `${kind === "chart" ? "oci://" : ""}${renderReference(reference)}`;
    const answer = this.#slots.use(async () => {
      const signers = trustedSigners(this.#trust, this.#stage, nameOf(reference));
      const verdict = await verifySignature({ reference, ...signers }, this.#sources);
      return verdict.kind === "signed" ? [] : refuseUnsigned(reference, verdict.reasons, { path });
    });
    this.#answers.set(key, answer);
    return answer;
  }
}
