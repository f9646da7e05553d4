import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashRules } from "../../../src/adapters/trust/hash-rules.ts";
import { hashTrustFiles, readTrustFiles } from "../../../src/adapters/trust/read-trust-files.ts";
import { signWithSshKey } from "../../../src/adapters/trust/ssh-keygen.ts";
import { digestOf } from "../../../src/model/digest.ts";
import { parseSshPublicKey } from "../../../src/model/ssh-public-key.ts";
import { renderAnchor } from "../../../src/model/trust/anchor.ts";
import { renderRoot, ROOT_NAMESPACE, type Root } from "../../../src/model/trust/root.ts";
import { allowedSignersText, type Person } from "../../statements/people.ts";
import { valueOf } from "../../model/trust/sample-trust.ts";
import assert from "node:assert/strict";

/** Writes a small project with trust files that fit each other, signed roots, and nothing else. */
export class TrustWriter {
  readonly project: string;
  readonly folder: string;

  constructor(project: string) {
    this.project = project;
    this.folder = join(project, "trust");
  }

  async writeFiles(people: readonly Person[]): Promise<void> {
    await mkdir(join(this.folder, "root"), { recursive: true });
    await mkdir(join(this.project, "policy", "rules"), { recursive: true });
    const members = people.map(({ principal }) => `{ principal: ${principal}, since: 2026-01-01T00:00:00Z }`);
    const gate = "{ promoters: [managers], approvals: { count: 1, groups: [managers] } }";
    const files = {
      "trust/stages.yaml": `stages: { inttest: { from: registry }, prod: { from: [inttest], gate: ${gate} } }\n`,
      "trust/roles.yaml": `groups: { managers: [${members.join(", ")}] }\n`,
      "trust/allowed_signers": allowedSignersText(people),
      "trust/image-keys.yaml": "keys: []\n",
      "trust/adopted.yaml": "adopted: []\n",
      "trust/revoked.yaml": "keys: []\n",
      "trust/exemptions.yaml": "exemptions: []\n",
      "Pulumi.yaml": "name: sample\nmain: src/index.ts\n",
      "policy/index.ts": "export {};\n",
      "policy/rules/one.ts": "export {};\n",
    };
    await Promise.all(Object.entries(files).map(([name, text]) => this.write(name, text)));
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.project, name), text);
  }

  /** A root over what is there; returns the anchor that names it. */
  async writeRoot(
    version: number,
    owners: readonly Person[],
    signers: readonly Person[],
    changes: Partial<Root> = {},
  ): Promise<string> {
    const text = renderRoot({
      version,
      files: hashTrustFiles(valueOf(readTrustFiles(this.folder))),
      rules: valueOf(hashRules(this.project)),
      owners: owners.map(({ principal, publicKey }) => {
        const parsed = parseSshPublicKey(publicKey);
        assert.ok(parsed.kind === "key");
        return { principal, key: parsed.key };
      }),
      threshold: 1,
      ...changes,
    });
    await this.write(`trust/root/${version}.json`, text);
    for (const [index, { keyFile }] of signers.entries()) await this.sign(version, index + 1, keyFile);
    return renderAnchor({ version, digest: digestOf(text) });
  }

  async sign(version: number, number: number, key: string, namespace = ROOT_NAMESPACE): Promise<void> {
    const message = await readFile(join(this.folder, "root", `${version}.json`));
    await this.write(`trust/root/${version}.${number}.sig`, await signWithSshKey({ key, namespace, message }));
  }
}
