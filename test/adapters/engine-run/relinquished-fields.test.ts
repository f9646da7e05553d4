import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findObjects } from "../../../src/adapters/engine-run/found-objects.ts";
import { relinquishFields } from "../../../src/adapters/engine-run/relinquished-fields.ts";
import { codesOf, valueOf } from "../../model/trust/sample-trust.ts";
import { withFake } from "../fake-program.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const access = { context: "test", place: {} };
const [OLDER, NEWER] = ["pulumi-kubernetes-ce3b0ce7", "pulumi-kubernetes-46d023cd"];
const named = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "portal", namespace: "ehealth" } };

describe("an object that a killed run has made, with a fake kubectl", () => {
  function holding(managedFields: readonly object[], more: object = {}): string {
    return `/bin/cat <<'END'\n${JSON.stringify({ items: [{ metadata: { managedFields, ...more } }] })}\nEND`;
  }

  async function find(script: string) {
    const wanted = { ...named, metadata: { ...named.metadata, labels: { a: "b" } }, spec: { replicas: 3 } };
    return valueOf(await withFake("kubectl", script, () => findObjects(new Map([["urn", wanted]]), access)));
  }

  const fields = [
    { manager: OLDER, operation: "Apply", time: "2026-11-20T10:00:00Z" },
    { manager: NEWER, operation: "Apply", time: "2026-11-20T11:00:00Z" },
    { manager: "pulumi-kubernetes-0badcafe", operation: "Update", time: "2026-11-20T12:00:00Z" },
    { manager: "pulumi-kubernetes-of-ops", operation: "Apply", time: "2026-11-20T09:00:00Z" },
    { manager: "kubectl", operation: "Apply", time: "2026-11-20T12:00:00Z" },
  ];

  it("is found with the names that the provider made up for it, and nothing of it but its name", async () => {
    const found = await find(holding(fields));
    assert.deepEqual(
      [...found],
      [["urn", { id: "ehealth/portal", fieldManager: NEWER, madeUp: [NEWER, OLDER], named }]],
    );
  });

  it("is not found where it leaves, or is somebody else's", async () => {
    assert.equal((await find(holding(fields, { deletionTimestamp: "2026-11-20T12:00:00Z" }))).size, 0);
    assert.equal((await find(holding(fields.slice(4)))).size, 0);
  });
});

describe("taking a dead run's name from an object, with a fake kubectl", () => {
  it("applies the object's name alone under it", async () => {
    await inTemporaryFolder(async (folder) => {
      const file = join(folder, "said");
      const script = `echo "$@" >> ${file}; /bin/cat >> ${file}`;
      const dead = [{ manager: OLDER, named }];
      valueOf(await withFake("kubectl", script, () => relinquishFields(dead, access)));
      const [words, input] = (await readFile(file, "utf8")).split("\n");
      assert.match(words ?? "", new RegExp(`apply --server-side --field-manager=${OLDER} `));
      assert.deepEqual(JSON.parse(input ?? ""), named);
    });
  });

  it("is refused where the cluster refuses it", async () => {
    const outcome = await withFake("kubectl", "exit 1", () => relinquishFields([{ manager: OLDER, named }], access));
    assert.deepEqual(codesOf(outcome), ["cluster-unreachable"]);
  });

  it("asks nobody where there is none", async () => {
    assert.equal((await withFake("kubectl", undefined, () => relinquishFields([], access))).kind, "accepted");
  });
});
