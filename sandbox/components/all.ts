import { apiServer } from "./api-server.ts";
import type { Component } from "./component.ts";
import { controllerManager } from "./controller-manager.ts";
import { etcd } from "./etcd.ts";
import { kwok } from "./kwok.ts";
import { registry } from "./registry.ts";
import { scheduler } from "./scheduler.ts";

/** In the order of starting; stopped the other way round. */
export const components: readonly Component[] = [registry, etcd, apiServer, controllerManager, scheduler, kwok];
