import type { Client } from "./client-registry.ts";

/**
 * `raw` takes Base64(id:secret) as it stands, as Conferma, ConnectPay and curl -u write it;
 * `rfc6749` expects both halves form-encoded first (RFC 6749 §2.3.1).
 */
export type BasicCredentialEncoding = "raw" | "rfc6749";

export function readBasicCredentials(
  header: string | undefined,
  encoding: BasicCredentialEncoding,
): Client | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? "")?.[1] ?? "";
  const decoded = Buffer.from(encoded, "base64");
  // Node's decoder is lenient; a provider that compares Base64 text is not.
  if (decoded.toString("base64") !== encoded) return undefined;
  const pair = decoded.toString("utf8");
  const colon = pair.indexOf(":");
  if (colon < 0) return undefined;
  const read = encoding === "raw" ? (text: string) => text : decodeForm;
  const clientId = read(pair.slice(0, colon));
  const clientSecret = read(pair.slice(colon + 1));
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { clientId, clientSecret };
}

function decodeForm(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
