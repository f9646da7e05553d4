import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readPassedChecks, rememberPassed } from "../../src/adapters/passed-checks.ts";
import { digestOf } from "../../src/model/digest.ts";
import { checksKey, PASSED_CHECKS_NAME } from "../../src/model/passed-checks.ts";
import { withFake } from "./fake-program.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const scope = { project: "platform", stage: "prod" };
const access = { context: "test", place: {} };
const KEY = checksKey(scope, "portal");
const ENTRY = { image: digestOf("portal 2.4.0"), state: digestOf("portal 2.4.0, two replicas") };
const namespace = "ehealth-prod";
const passed = [{ application: "portal", namespace, ...ENTRY }];

async function read(data: Readonly<Record<string, string>>, found = namespace) {
  const list = { items: [{ metadata: { name: PASSED_CHECKS_NAME, namespace: found }, data }] };
  const script = `/bin/cat <<'END'\n${JSON.stringify(list)}\nEND`;
  const applications = [{ name: "portal", namespace }];
  return withFake("kubectl", script, () => readPassedChecks({ ...scope, applications, access }));
}

describe("readPassedChecks, with a fake kubectl", () => {
  it("reads what an application passed, in its own namespace", async () => {
    const data = { [KEY]: JSON.stringify(ENTRY) };
    assert.deepEqual(await read(data), {
      kind: "accepted",
      value: new Map([["portal", { application: "portal", ...ENTRY }]]),
    });
    assert.deepEqual(await read(data, "elsewhere"), { kind: "accepted", value: new Map() });
  });

  for (const [what, text] of Object.entries({
    "no JSON": "{",
    "no digest": JSON.stringify({ ...ENTRY, image: "2.4.0" }),
    "half of it": JSON.stringify({ image: ENTRY.image }),
  })) {
    it(`takes ${what} for nothing: it is checked once more`, async () => {
      assert.deepEqual(await read({ [KEY]: text }), { kind: "accepted", value: new Map() });
    });
  }
});

describe("rememberPassed, with a fake kubectl", () => {
  /** What kubectl was called with, by its first word, where it answers as the script says. */
  async function calls(script: string) {
    return inTemporaryFolder(async (folder) => {
      const log = join(folder, "calls");
      const whole = `case "$*" in *" patch "*) w=patch;; *) w=create;; esac; echo $w >> '${log}'\n${script}`;
      const outcome = await withFake("kubectl", whole, () => rememberPassed({ ...scope, passed, access }));
      return [outcome.kind, (await readFile(log, "utf8")).trim().split("\n").join(" ")];
    });
  }
  const missing = 'echo "Error from server (NotFound): configmaps not found" >&2; exit 1';

  it("asks nothing more where the ConfigMap is there", async () => {
    assert.deepEqual(await calls("exit 0"), ["accepted", "patch"]);
  });

  it("makes the ConfigMap where there is none, and joins in where somebody else was quicker", async () => {
    assert.deepEqual(await calls(`[ $w = create ] || { ${missing}; }`), ["accepted", "patch create"]);
    const quicker = `if [ $w = create ]; then echo "Error from server (AlreadyExists)" >&2; touch "$0.made"; exit 1; fi
[ -e "$0.made" ] || { ${missing}; }`;
    const touch = `touch() { : > "$1"; }\n${quicker}`;
    assert.deepEqual(await calls(touch), ["accepted", "patch create patch"]);
  });

  it("says where the cluster does not let it", async () => {
    assert.deepEqual(await calls('echo "Forbidden" >&2; exit 1'), ["refused", "patch"]);
  });
});
