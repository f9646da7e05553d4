import analyzer, { type AnalyzerResource } from "@pulumi/pulumi/proto/analyzer_pb.js";
import jspb from "google-protobuf";

/** Field numbers of pulumi/pulumi, proto/pulumi/analyzer.proto. */
const RESOURCES = 1;
const TYPE = 1;
const URN = 3;

/** A resource at the end of a run, read as far as its type and URN: most are never read any further. */
export class UnreadResource {
  readonly type: string;
  readonly urn: string;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    const { type, urn } = readNames(bytes);
    this.type = type;
    this.urn = urn;
    this.#bytes = bytes;
  }

  read(): AnalyzerResource {
    return analyzer.AnalyzerResource.deserializeBinary(this.#bytes);
  }
}

/** What the engine sends at the end of a run: every resource with its outputs, megabytes of them. */
export class StackRequest extends analyzer.AnalyzeStackRequest {
  readonly unread: readonly UnreadResource[];

  constructor(unread: readonly UnreadResource[]) {
    super();
    this.unread = unread;
  }
}

export function readStackRequest(bytes: Uint8Array): StackRequest {
  const reader = new jspb.BinaryReader(bytes);
  const unread: UnreadResource[] = [];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === RESOURCES) unread.push(new UnreadResource(reader.readBytes()));
    else reader.skipField();
  }
  return new StackRequest(unread);
}

function readNames(bytes: Uint8Array): { readonly type: string; readonly urn: string } {
  const reader = new jspb.BinaryReader(bytes);
  let [type, urn] = ["", ""];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === TYPE) type = reader.readString();
    else if (reader.getFieldNumber() === URN) urn = reader.readString();
    else reader.skipField();
  }
  return { type, urn };
}
