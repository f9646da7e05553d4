import { answersOk } from "../http.ts";
import { dataFolder } from "../location.ts";
import type { Component } from "./component.ts";

/** The OCI registry: keeps images, charts and signatures on disk, with the referrers API. Plain HTTP, on loopback. */
export const registry: Component = {
  name: "registry",
  tool: "olareg",
  ports: ["registry"],
  stopDeadlineMs: 5000,
  args: (location) => [
    "serve",
    "--addr=127.0.0.1",
    `--port=${location.ports.registry}`,
    "--store-type=dir",
    `--dir=${dataFolder(location, "registry")}`,
    // Pins name digests, and a tag may move on: what is untagged stays.
    "--gc-untagged=false",
    "--api-delete",
  ],
  isReady: (location, signal) => answersOk({ port: location.ports.registry, path: "/v2/", signal }),
};
