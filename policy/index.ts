// The policy pack's process. It answers the engine before it has loaded what the rules need: the engine waits for it.
import { serve } from "./engine/server.ts";

serve(async () => (await import("./registered-pack.ts")).registeredPack(Date.now()));
