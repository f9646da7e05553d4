import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import services, { type AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

export const POLICY_FOLDER = join(import.meta.dirname, "..", "..", "..", "policy");
const DEADLINE_MS = 30_000;

type Answer<Response> = (error: grpc.ServiceError | null, response: Response) => void;

export interface PackStart {
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly cwd?: string;
}

/** The pack's real process, driven as the engine drives it. */
export class PackProcess {
  readonly #client: AnalyzerClient;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, port: string) {
    this.#process = child;
    this.#client = new services.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  /** @param command the executable, as the engine would start it; its first argument is an address of the engine */
  static async start(
    command = join(POLICY_FOLDER, "lockstep-policy"),
    { args = ["127.0.0.1:0"], cwd = "/", env = {} }: PackStart = {},
  ): Promise<PackProcess> {
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const child = spawn(command, args, { stdio: [...stdio], cwd, env: { ...process.env, ...env } });
    const lines = createInterface({ input: child.stdout });
    const first: unknown[] = await once(lines, "line", { signal: AbortSignal.timeout(DEADLINE_MS) });
    return new PackProcess(child, String(first[0]));
  }

  /** Of the process, whatever it has become. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Which stack it is about to judge. */
  configureStack(project: string, stack: string): Promise<unknown> {
    const request = new analyzer.AnalyzerStackConfigureRequest().setProject(project).setStack(stack);
    return answered((answer) => this.#client.configureStack(request, answer));
  }

  info(): Promise<analyzer.AnalyzerInfo> {
    return answered((answer) => this.#client.getAnalyzerInfo(new empty.Empty(), answer));
  }

  configure(request: analyzer.ConfigureAnalyzerRequest): Promise<empty.Empty> {
    return answered((answer) => this.#client.configure(request, answer));
  }

  analyze(request: analyzer.AnalyzeRequest): Promise<analyzer.AnalyzeResponse> {
    return answered((answer) => this.#client.analyze(request, answer));
  }

  remediate(request: analyzer.AnalyzeRequest): Promise<analyzer.RemediateResponse> {
    return answered((answer) => this.#client.remediate(request, answer));
  }

  async stop(): Promise<void> {
    this.#client.close();
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
  }
}

/** An error of the pack rejects. */
function answered<Response>(call: (answer: Answer<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}
