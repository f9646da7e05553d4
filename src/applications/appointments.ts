import { application } from "../model/application.ts";
import { webService } from "./charts/web-service.ts";

export const appointments = application({
  name: "appointments",
  namespace: "ehealth",
  chart: webService,
  ports: { http: 8080 },
  secrets: ["DATABASE_URL", "QUEUE_URL"],
  migration: { command: ["migrate", "up"], down: ["migrate", "down"], secrets: ["DATABASE_URL"] },
  probes: { liveness: "/health/live", readiness: "/health/ready" },
});
