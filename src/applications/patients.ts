import { application } from "../model/application.ts";
import { webService } from "./charts/web-service.ts";

export const patients = application({
  name: "patients",
  namespace: "ehealth",
  chart: webService,
  ports: { http: 8080 },
  secrets: ["DATABASE_URL"],
  hosts: "required",
  smoke: [{ job: { command: ["smoke", "--read-only"], within: "1m", secrets: ["DATABASE_URL"] } }],
  probes: { liveness: "/health/live", readiness: "/health/ready" },
});
