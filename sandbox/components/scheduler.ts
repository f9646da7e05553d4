import { controlLoop } from "./control-loop.ts";

export const scheduler = controlLoop({ tool: "kube-scheduler", account: "scheduler", port: "scheduler" });
