import assert from "node:assert/strict";
import fc from "fast-check";
import { workloadSecurity } from "../../../policy/rules/workload-security.ts";
import type { ResourceText } from "../harness/resources.ts";
import { assertPasses, violatedPaths } from "../harness/verdict.ts";
import { CONTAINER, container, deployment, migrationJob, object, POD, WEB_SERVICE } from "./web-service.ts";

const SPEC = "spec.template.spec";
const AT = `${SPEC}.containers[0]`;
const POD_SECURITY = POD.securityContext;
const SECURITY = CONTAINER.securityContext;

const inPod = (fields: object) => deployment({ securityContext: { ...POD_SECURITY, ...fields } });
const inContainer = (fields: object) => container({ securityContext: { ...SECURITY, ...fields } });

/** One control broken, and where. */
const BROKEN: readonly (readonly [string, ResourceText, string])[] = [
  ...["hostNetwork", "hostPID", "hostIPC"].map(
    (field) => [field, deployment({ [field]: true }), `${SPEC}.${field}`] as const,
  ),
  ["a path of the node", deployment({ volumes: [{ name: "etc", hostPath: { path: "/etc" } }] }), `${SPEC}.volumes[0]`],
  ["a volume on NFS", deployment({ volumes: [{ name: "n", nfs: { server: "a", path: "/" } }] }), `${SPEC}.volumes[0]`],
  [
    "a path of the node beside an allowed type",
    deployment({ volumes: [{ name: "etc", emptyDir: {}, hostPath: { path: "/" } }] }),
    `${SPEC}.volumes[0]`,
  ],
  ["a port of the node", container({ ports: [{ containerPort: 80, hostPort: 80 }] }), `${AT}.ports[0].hostPort`],
  [
    "a probe of another host",
    container({ livenessProbe: { httpGet: { host: "169.254.169.254", path: "/", port: 80 } } }),
    `${AT}.livenessProbe.httpGet.host`,
  ],
  [
    "a hook that asks another host",
    container({ lifecycle: { preStop: { tcpSocket: { host: "db", port: 1 } } } }),
    `${AT}.lifecycle.preStop.tcpSocket.host`,
  ],
  [
    "a process on a Windows host, pod",
    inPod({ windowsOptions: { hostProcess: true } }),
    `${SPEC}.securityContext.windowsOptions.hostProcess`,
  ],
  [
    "a process on a Windows host, container",
    inContainer({ windowsOptions: { hostProcess: true } }),
    `${AT}.securityContext.windowsOptions.hostProcess`,
  ],
  ["privileged", inContainer({ privileged: true }), `${AT}.securityContext.privileged`],
  [
    "escalation left open",
    inContainer({ allowPrivilegeEscalation: null }),
    `${AT}.securityContext.allowPrivilegeEscalation`,
  ],
  [
    "escalation allowed",
    inContainer({ allowPrivilegeEscalation: true }),
    `${AT}.securityContext.allowPrivilegeEscalation`,
  ],
  ["capabilities kept", inContainer({ capabilities: null }), `${AT}.securityContext.capabilities.drop`],
  [
    "one dropped alone",
    inContainer({ capabilities: { drop: ["NET_RAW"] } }),
    `${AT}.securityContext.capabilities.drop`,
  ],
  [
    "one added",
    inContainer({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "SYS_ADMIN"] } }),
    `${AT}.securityContext.capabilities.add[1]`,
  ],
  ["root allowed by the pod", inPod({ runAsNonRoot: undefined }), `${AT}.securityContext.runAsNonRoot`],
  ["root allowed by the container", inContainer({ runAsNonRoot: false }), `${AT}.securityContext.runAsNonRoot`],
  ["root by number, pod", inPod({ runAsUser: 0 }), `${SPEC}.securityContext.runAsUser`],
  ["root by number, container", inContainer({ runAsUser: 0 }), `${AT}.securityContext.runAsUser`],
  ["no seccomp profile", inPod({ seccompProfile: undefined }), `${AT}.securityContext.seccompProfile.type`],
  [
    "seccomp switched off",
    inContainer({ seccompProfile: { type: "Unconfined" } }),
    `${AT}.securityContext.seccompProfile.type`,
  ],
  [
    "AppArmor switched off",
    inContainer({ appArmorProfile: { type: "Unconfined" } }),
    `${AT}.securityContext.appArmorProfile.type`,
  ],
  ["another SELinux type", inPod({ seLinuxOptions: { type: "spc_t" } }), `${SPEC}.securityContext.seLinuxOptions.type`],
  ["an SELinux user", inPod({ seLinuxOptions: { user: "root" } }), `${SPEC}.securityContext.seLinuxOptions.user`],
  ["an SELinux role", inContainer({ seLinuxOptions: { role: "r" } }), `${AT}.securityContext.seLinuxOptions.role`],
  ["/proc unmasked", inContainer({ procMount: "Unmasked" }), `${AT}.securityContext.procMount`],
  [
    "a kernel setting",
    inPod({ sysctls: [{ name: "kernel.msgmax", value: "1" }] }),
    `${SPEC}.securityContext.sysctls[0].name`,
  ],
];

/** What the standard allows beyond what the sample chart has. */
const ALLOWED: readonly (readonly [string, ResourceText])[] = [
  ["fields that say no", deployment({ hostNetwork: false, hostPID: false, hostIPC: null })],
  ["the allowed capability", inContainer({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } })],
  [
    "non-root and seccomp in each container instead of the pod",
    deployment({
      securityContext: null,
      containers: [
        {
          ...CONTAINER,
          securityContext: {
            ...SECURITY,
            runAsNonRoot: true,
            seccompProfile: { type: "Localhost", localhostProfile: "a" },
          },
        },
      ],
    }),
  ],
  ["an OCI image as a volume", deployment({ volumes: [{ name: "data", image: { reference: "a" } }] })],
  ["a host that is empty", container({ livenessProbe: { httpGet: { host: "", path: "/", port: 80 } } })],
  ["a safe kernel setting", inPod({ sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1" }] })],
  [
    "root in a user namespace",
    deployment({ hostUsers: false, securityContext: { ...POD_SECURITY, runAsNonRoot: false, runAsUser: 0 } }),
  ],
  [
    "a pod for Windows, which has none of Linux's fields",
    deployment({
      os: { name: "windows" },
      securityContext: { runAsNonRoot: true },
      containers: [{ ...CONTAINER, securityContext: {} }],
    }),
  ],
];

describe("workload-security", () => {
  it("passes every object of the sample chart", async () => {
    for (const text of WEB_SERVICE) await assertPasses(workloadSecurity, text);
  });

  for (const [what, text, path] of BROKEN) {
    it(`refuses ${what}, and nothing else of it`, async () => {
      assert.deepEqual(await violatedPaths(workloadSecurity, text), [path]);
    });
  }

  for (const [what, text] of ALLOWED) {
    it(`allows ${what}`, async () => {
      await assertPasses(workloadSecurity, text);
    });
  }

  it("refuses a pod that allows root even where each of its containers does not", async () => {
    const containers = [{ ...CONTAINER, securityContext: { ...SECURITY, runAsNonRoot: true } }];
    const text = deployment({ containers, securityContext: { ...POD_SECURITY, runAsNonRoot: false } });
    assert.deepEqual(await violatedPaths(workloadSecurity, text), [`${SPEC}.securityContext.runAsNonRoot`]);
  });

  it("refuses AppArmor switched off by the annotation of before", async () => {
    const key = "container.apparmor.security.beta.kubernetes.io/appointments";
    const template = { metadata: { annotations: { [key]: "unconfined" } }, spec: POD };
    const text = deployment({}, { template });
    assert.deepEqual(await violatedPaths(workloadSecurity, text), [`spec.template.metadata.annotations["${key}"]`]);
  });

  for (const list of ["initContainers", "ephemeralContainers"]) {
    it(`holds for ${list}`, async () => {
      const text = deployment({ [list]: [{ name: "other", securityContext: { ...SECURITY, privileged: true } }] });
      assert.deepEqual(await violatedPaths(workloadSecurity, text), [`${SPEC}.${list}[0].securityContext.privileged`]);
    });
  }

  it("holds for Jobs and for CronJobs", async () => {
    assert.deepEqual(await violatedPaths(workloadSecurity, migrationJob({ hostPID: true })), [`${SPEC}.hostPID`]);
    const cron = object("batch/v1", "CronJob", {
      jobTemplate: { spec: { template: { spec: { ...POD, hostPID: true } } } },
    });
    assert.deepEqual(await violatedPaths(workloadSecurity, cron), ["spec.jobTemplate.spec.template.spec.hostPID"]);
  });

  it("passes any restricted pod, and refuses it with one control broken", async () => {
    const control = fc.constantFrom(
      { allowPrivilegeEscalation: true },
      { privileged: true },
      { capabilities: { drop: [] } },
      { capabilities: { drop: ["ALL"], add: ["CHOWN"] } },
      { runAsNonRoot: false },
      { runAsUser: 0 },
      { seccompProfile: { type: "Unconfined" } },
      { appArmorProfile: { type: "Unconfined" } },
      { procMount: "Unmasked" },
      { seLinuxOptions: { user: "root" } },
      { windowsOptions: { hostProcess: true } },
    );
    await fc.assert(
      fc.asyncProperty(restrictedPod, fc.nat(), control, async (pod, at, broken) => {
        await assertPasses(workloadSecurity, deployment(pod));
        const all = [...pod.initContainers, ...pod.containers];
        const chosen = all[at % all.length];
        const mend = (one: (typeof all)[number]) =>
          one === chosen ? { ...one, securityContext: { ...one.securityContext, ...broken } } : one;
        const worse = { ...pod, initContainers: pod.initContainers.map(mend), containers: pod.containers.map(mend) };
        assert.equal((await violatedPaths(workloadSecurity, deployment(worse))).length, 1);
      }),
    );
  });
});

const profile = fc.constantFrom({ type: "RuntimeDefault" }, { type: "Localhost", localhostProfile: "own.json" });
const containerOf = fc
  .record({
    seccompProfile: fc.option(profile, { nil: undefined }),
    appArmorProfile: fc.option(profile, { nil: undefined }),
    runAsUser: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    runAsNonRoot: fc.constantFrom(true, undefined),
    add: fc.subarray(["NET_BIND_SERVICE"]),
    dropped: fc.subarray(["NET_RAW", "CHOWN"]),
    procMount: fc.constantFrom("Default", undefined),
  })
  .map(({ add, dropped, ...rest }) => ({
    name: "any",
    securityContext: { ...rest, allowPrivilegeEscalation: false, capabilities: { drop: [...dropped, "ALL"], add } },
  }));
const volume = fc
  .constantFrom(
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
  )
  .map((type) => ({ name: "any", [type]: {} }));
const restrictedPod = fc.record({
  containers: fc.array(containerOf, { minLength: 1, maxLength: 3 }),
  initContainers: fc.array(containerOf, { maxLength: 2 }),
  volumes: fc.array(volume, { maxLength: 3 }),
  securityContext: fc.constant(POD_SECURITY),
});
