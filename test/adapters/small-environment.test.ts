import assert from "node:assert/strict";
import { forgetEnvironment, smallEnvironment } from "../../src/adapters/small-environment.ts";

const NEEDED = {
  PATH: "/bin",
  HOME: "/home/ci",
  TMPDIR: "/tmp",
  DOCKER_CONFIG: "/home/ci/.docker",
  LOCKSTEP_TRUST_ANCHOR: "1@sha256:0",
  LOCKSTEP_PROJECT: "/work",
  GITHUB_BASE_REF: "main",
  https_proxy: "http://proxy",
};
const CREDENTIALS = {
  GITHUB_TOKEN: "t",
  GH_TOKEN: "t",
  ACTIONS_RUNTIME_TOKEN: "t",
  ACTIONS_ID_TOKEN_REQUEST_URL: "u",
  CI_JOB_TOKEN: "t",
  CI_REGISTRY_PASSWORD: "t",
  AWS_ACCESS_KEY_ID: "t",
  AWS_SECRET_ACCESS_KEY: "t",
  AZURE_CLIENT_SECRET: "t",
  GOOGLE_APPLICATION_CREDENTIALS: "f",
  VAULT_TOKEN: "t",
  NPM_TOKEN: "t",
  PULUMI_ACCESS_TOKEN: "t",
  PULUMI_CONFIG_PASSPHRASE: "t",
  SSH_AUTH_SOCK: "s",
  KUBECONFIG: "f",
};
const STEERING = { NODE_OPTIONS: "--import=x", PULUMI_OPTION_POLICY_PACK: "p", GIT_DIR: "d", LD_PRELOAD: "x" };

describe("the environment of what judges a change", () => {
  it("has what is needed, and nothing else", () => {
    assert.deepEqual(smallEnvironment({ ...NEEDED, ...CREDENTIALS, ...STEERING, UNKNOWN: "x" }), NEEDED);
  });

  it("has nothing that was not there", () => {
    assert.deepEqual(smallEnvironment({ PATH: undefined }), {});
  });

  it("is all that a process has left once it forgot the rest", () => {
    const env: NodeJS.ProcessEnv = { ...NEEDED, ...CREDENTIALS };
    forgetEnvironment(env);
    assert.deepEqual(env, NEEDED);
  });
});
