import { application } from "../model/application.ts";
import { webService } from "./charts/web-service.ts";

export const portal = application({
  name: "portal",
  namespace: "ehealth",
  chart: webService,
  ports: { http: 8080 },
  hosts: "required",
  env: { APPOINTMENTS_URL: "http://appointments:8080", PATIENTS_URL: "http://patients:8080" },
  probes: { liveness: "/health/live", readiness: "/health/ready" },
  after: ["appointments", "patients"],
});
