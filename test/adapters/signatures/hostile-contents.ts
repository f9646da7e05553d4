import { digestOf, hexOf, type Digest } from "../../../src/model/digest.ts";
import { answers, OCI_INDEX, OCI_MANIFEST, type Behaviour } from "../registry/hostile-registry.ts";

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const EMPTY = { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 };

/** What a registry holds, to be changed into what a real one would not take. */
export class HostileContents {
  readonly subject: Digest;
  readonly #answers = new Map<string, Behaviour>();
  readonly #referrers: object[] = [];

  constructor(subject: string) {
    this.subject = this.#manifest(subject);
  }

  readonly behave: Behaviour = (request, response) => {
    const path = request.path.replace("/v2/ehealth/app/", "");
    if (path === `referrers/${this.subject}` && !this.#answers.has(path)) {
      this.#list(request, response);
      return;
    }
    (this.#answers.get(path) ?? answers(404))(request, response);
  };

  set(path: string, behaviour: Behaviour): void {
    this.#answers.set(path, behaviour);
  }

  blob(bytes: Uint8Array): Digest {
    const digest = digestOf(bytes);
    this.set(`blobs/${digest}`, answers(200, bytes));
    return digest;
  }

  /** Adds a bundle as referrer; parts of its manifest may be replaced. */
  refer(bundle: Uint8Array, parts: object = {}, hints: object = {}): Digest {
    const layer = { mediaType: BUNDLE, digest: this.blob(bundle), size: bundle.byteLength };
    const subject = { mediaType: OCI_MANIFEST, digest: this.subject, size: 1 };
    return this.listed(
      this.#manifest(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: OCI_MANIFEST,
          config: EMPTY,
          layers: [layer],
          subject,
          ...parts,
        }),
      ),
      hints,
    );
  }

  /** Adds an entry to the list, whether there is such a manifest or not. */
  listed(digest: Digest, hints: object = {}): Digest {
    this.#referrers.push({ mediaType: OCI_MANIFEST, digest, size: 1, ...hints });
    return digest;
  }

  /** Puts payloads under the tag `sha256-<hex>.sig`. */
  tag(...payloads: readonly { payload: Uint8Array; annotations: Readonly<Record<string, string>> }[]): Digest {
    const layers = payloads.map(({ payload, annotations }) => ({
      mediaType: SIMPLE_SIGNING,
      digest: this.blob(payload),
      size: payload.byteLength,
      annotations,
    }));
    const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: EMPTY, layers });
    this.set(`manifests/sha256-${hexOf(this.subject)}.sig`, answers(200, body, { "content-type": OCI_MANIFEST }));
    return this.#manifest(body);
  }

  #manifest(body: string): Digest {
    const digest = digestOf(body);
    this.set(`manifests/${digest}`, answers(200, body, { "content-type": OCI_MANIFEST }));
    return digest;
  }

  readonly #list: Behaviour = (request, response) => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: this.#referrers });
    answers(200, body, { "content-type": OCI_INDEX })(request, response);
  };
}
