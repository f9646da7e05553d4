import { z } from "zod";
import { BrokenBody, readBody } from "./body.ts";
import { parseBoundedJson } from "../../model/bounded-json.ts";
import { quoted, RegistryError, type RegistryErrorCode } from "./registry-error.ts";
import { retryAfterMs } from "./retry.ts";

const MAX_ERROR_BYTES = 64 * 1024;

/** OCI distribution specification, "Error Codes". */
const errorBodySchema = z.object({
  errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })).min(1),
});

/** What an answer that is not a success means. */
export async function errorOfStatus(response: Response, reference: string, now: number): Promise<RegistryError> {
  const host = URL.parse(response.url)?.host ?? "the registry";
  const said = await whatItSaid(response);
  return new RegistryError(
    codeOf(response.status),
    reference,
    `${host} answered ${response.status}${said === "" ? "" : ` (${said})`}`,
    { retryAfterMs: retryAfterMs(response.headers.get("retry-after"), now) },
  );
}

function codeOf(status: number): RegistryErrorCode {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 404) return "not-found";
  if (status === 408) return "timed-out";
  if (status === 429) return "rate-limited";
  return status >= 500 ? "server-error" : "malformed";
}

async function whatItSaid(response: Response): Promise<string> {
  try {
    const json = parseBoundedJson(await readBody(response, { reference: "error", maxBytes: MAX_ERROR_BYTES }));
    const [first] = errorBodySchema.parse(json.kind === "value" ? json.value : undefined).errors;
    return quoted([first?.code, first?.message].filter((part) => part !== undefined).join(": "));
  } catch (error) {
    // The status says enough where the body says nothing readable.
    if (error instanceof z.ZodError || error instanceof RegistryError || error instanceof BrokenBody) return "";
    throw error;
  }
}
