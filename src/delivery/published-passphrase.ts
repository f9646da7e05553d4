import { isRecord } from "../model/json.ts";
import type { Refusal } from "../model/refusal.ts";
import type { YamlSource } from "../model/yaml-source.ts";

/** Salts of the stack files that come with the project: what they encrypt, everybody can read (docs/decisions/0002-sandbox-passphrase.md). */
const PUBLISHED_SALTS = [
  "v1:lAX4dfkoOAc=:v1:UxfiTMk00nNEBDKJ:6X1sESp9YI9QklFm3/A0nbrAFfaXCA==",
  "v1:VA79KIpabLM=:v1:TgqEVtQTM8cXNjIE:ksq3U5cTp3MIAfmqi5/qiJXo9/HlSA==",
  "v1:FEW3Tc23wUw=:v1:g9/ct1FFUv8dlsyi:qkpPNUjx2AYiVxcFIOhwN9D5R7wl2Q==",
  "v1:tqLV45cZjpw=:v1:4gPO4qI+0wM4zbNh:RiSCDRCPjNdJHRU6zYYP588rFW1u0Q==",
];

/** Outside the sandbox, no secret may be encrypted with the sandbox's published passphrase. */
export function refusePublishedPassphrase(source: YamlSource, inSandbox: boolean): readonly Refusal[] {
  const salt = isRecord(source.tree) ? source.tree["encryptionsalt"] : undefined;
  if (inSandbox || typeof salt !== "string" || !PUBLISHED_SALTS.includes(salt)) return [];
  return [
    {
      code: "published-passphrase",
      place: source.placeOf(["encryptionsalt"]),
      found: "secrets encrypted with the sandbox's passphrase, which is published",
      expected: "a passphrase or a secrets provider of your own",
      action: "remove this line and the secrets, then pulumi stack init, and set them anew (docs/adopting.md)",
    },
  ];
}
