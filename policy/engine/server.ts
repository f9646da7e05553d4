import grpc from "@grpc/grpc-js";
import services, { type IAnalyzerServer } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { Pack } from "../pack.ts";
import { readStackRequest, StackRequest } from "./stack-request.ts";
import { keepCompiled } from "./compile-cache.ts";
import { emptyAnswer, refuseConfiguration, toInfo, toPluginInfo, toResponse } from "./messages.ts";

export interface ServedPack {
  readonly pack: Pack;
  /** Reads what the rules will ask for. Decides nothing: what fails here fails again when it is asked for. */
  readonly prepare: (project: string, stage: string) => Promise<void>;
}

/** As large as the engine sends them. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** The engine asks for every resource whether a rule changes it: none does, so that there is nothing to read. */
const UNREAD_REMEDIATE: typeof services.AnalyzerService.remediate = {
  ...services.AnalyzerService.remediate,
  requestDeserialize: () => new analyzer.AnalyzeRequest(),
};

const UNREAD_STACK: typeof services.AnalyzerService.analyzeStack = {
  ...services.AnalyzerService.analyzeStack,
  requestDeserialize: readStackRequest,
};

/**
 * The engine's Analyzer service (pulumi/pulumi, proto/pulumi/analyzer.proto). Not @pulumi/policy's own server: that
 * one lets a configuration switch rules off, reads every resource anew for each rule, and loads the whole SDK first
 * (docs/decisions/0020-policy-server.md).
 * @param load called once
 */
export function serve(load: () => Promise<ServedPack>): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
  server.addService(
    { ...services.AnalyzerService, remediate: UNREAD_REMEDIATE, analyzeStack: UNREAD_STACK },
    analyzerService(load),
  );
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads the port from the first line.
    process.stdout.write(`${port}\n`);
  });
}

function analyzerService(load: () => Promise<ServedPack>): IAnalyzerServer {
  const once = lazily(load);
  const reader = lazily(() => import("./judged-resource.ts"));
  let prepare = (): Promise<void> => Promise.resolve();
  return {
    handshake: answer(() => new analyzer.AnalyzerHandshakeResponse()),
    configureStack: answer((request: analyzer.AnalyzerStackConfigureRequest) => {
      const [project, stage] = [request.getProject(), request.getStack()];
      prepare = async () => (await once()).prepare(project, stage);
      return new analyzer.AnalyzerStackConfigureResponse();
    }),
    getPluginInfo: answer(toPluginInfo),
    getAnalyzerInfo: answer(async () => {
      const { pack } = await once();
      // The engine goes on to start the program once it has the list.
      setImmediate(goOn, prepare);
      prepare = () => Promise.resolve();
      return toInfo(pack);
    }),
    configure: answer(refuseConfiguration),
    // No rule changes anything.
    remediate: answer(() => new analyzer.RemediateResponse()),
    analyze: answer(async (request: analyzer.AnalyzeRequest) => {
      const [{ pack }, { toJudgedResource }] = await Promise.all([once(), reader()]);
      return toResponse(await pack.analyze(toJudgedResource(request)));
    }),
    analyzeStack: answer(async (request: analyzer.AnalyzeStackRequest) => {
      const [{ pack }, { toJudgedResource }] = await Promise.all([once(), reader()]);
      if (!(request instanceof StackRequest)) throw new Error("a request that was not read by readStackRequest");
      const resources = request.unread.map((one) => ({
        urn: one.urn,
        type: one.type,
        read: () => toJudgedResource(one.read()),
      }));
      return toResponse(await pack.analyzeStack(resources));
    }),
    cancel: answer(emptyAnswer),
  };
}

/** What fails here fails again, and is told, when it is asked for. */
function goOn(prepare: () => Promise<void>): void {
  void prepare()
    .catch(() => undefined)
    .finally(keepCompiled);
}

/** An error becomes the engine's and stops the run: nothing is ever answered with silence. */
function answer<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    void Promise.resolve(request)
      .then(work)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
        },
      );
  };
}

function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => (loading ??= load());
}
