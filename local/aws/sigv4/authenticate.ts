import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../../functions/platform/sha256.ts";
import type { AwsLocation } from "../arns.ts";
import { LOCAL_LOCATION } from "../arns.ts";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { Principal, Principals } from "./principals.ts";
import type { SignatureHeader } from "./signature-header.ts";
import { readSignatureHeader } from "./signature-header.ts";

/**
 * Returns the principal that signed this request, including `body`, for this service (`dynamodb`, …). Throws
 * `AwsError`.
 */
export type Authenticate = (
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  body: Uint8Array,
  service: string,
) => Promise<Principal>;

const MAX_CLOCK_SKEW_MS = 300_000;

/** Checks Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
export function authenticator(
  principals: Pick<Principals, "withAccessKey">,
  { region }: Pick<AwsLocation, "region"> = LOCAL_LOCATION,
  now: () => Date = () => new Date(),
): Authenticate {
  return async (request, body, service) => {
    const header = readSignatureHeader(request.headers);
    const principal = principals.withAccessKey(header.accessKeyId);
    if (!principal || !hasSessionToken(principal, request.headers)) throw unknownAccessKey();
    checkScope(header, region, service);
    const signedAt = checkInstant(header, request.headers["x-amz-date"], now());
    checkBodyHash(request.headers["x-amz-content-sha256"], body);
    const expected = await signatureOf(request, body, header, principal, signedAt);
    if (!isSame(expected, header.signature)) throw signatureMismatch();
    return principal;
  };
}

/** The signature that this principal's keys produce for the headers that were signed. */
async function signatureOf(
  { method = "GET", url = "/", headers }: Pick<IncomingMessage, "method" | "url" | "headers">,
  body: Uint8Array,
  { region, service, signedHeaders }: SignatureHeader,
  { keys }: Principal,
  signingDate: Date,
): Promise<string> {
  const signer = new SignatureV4({
    service,
    region,
    credentials: keys,
    sha256: Sha256,
    applyChecksum: false,
  });
  const [path = "/", query = ""] = url.split("?", 2);
  const signed = signedHeaders.map((name) => [name, String(headers[name] ?? "")]);
  const options = { signingDate, signableHeaders: new Set(signedHeaders) };
  const resigned = await signer.sign(
    {
      ...{ method, path, protocol: "http:", hostname: "", body },
      query: parseQuery(query),
      headers: Object.fromEntries(signed),
    },
    options,
  );
  return readSignatureHeader({ authorization: resigned.headers["authorization"] }).signature;
}

function parseQuery(query: string): Record<string, string[]> {
  const parameters: Record<string, string[]> = {};
  for (const pair of query.split("&").filter((each) => each !== "")) {
    const [name = "", ...value] = pair.split("=").map(decodeComponent);
    parameters[name] = [...(parameters[name] ?? []), value.join("=")];
  }
  return parameters;
}

/** Text that cannot be decoded is kept: its signature will not match. */
function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hasSessionToken({ keys }: Principal, headers: IncomingMessage["headers"]): boolean {
  return isSame(keys.sessionToken ?? "", String(headers["x-amz-security-token"] ?? ""));
}

function checkScope(header: SignatureHeader, region: string, service: string): void {
  if (header.region !== region) {
    throw invalid(`Credential should be scoped to a valid region, not '${header.region}'.`);
  }
  if (header.service !== service) {
    throw invalid(`Credential should be scoped to correct service: '${service}'.`);
  }
}

function checkInstant({ day }: SignatureHeader, stated: unknown, now: Date): Date {
  const text = String(stated);
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const signedAt = new Date(iso);
  if (Number.isNaN(signedAt.getTime())) {
    const message = "Authorization header requires existence of an 'X-Amz-Date' header.";
    throw new AwsError("IncompleteSignatureException", message);
  }
  if (!text.startsWith(day)) {
    throw invalid(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date`);
  }
  const ageMs = now.getTime() - signedAt.getTime();
  if (ageMs > MAX_CLOCK_SKEW_MS) throw invalid(`Signature expired: ${text} is over 5 min. ago`);
  if (ageMs < -MAX_CLOCK_SKEW_MS)
    throw invalid(`Signature not yet current: ${text} is over 5 min. away`);
  return signedAt;
}

/** Needed because the signer uses the stated hash without checking it. */
function checkBodyHash(stated: unknown, body: Uint8Array): void {
  if (stated === undefined) return;
  if (!isSame(String(stated), createHash("sha256").update(body).digest("hex"))) {
    throw invalid("The value passed in as x-amz-content-sha256 does not match the body.");
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const invalid = (message: string) => new AwsError("InvalidSignatureException", message);

const signatureMismatch = () =>
  invalid(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );

const unknownAccessKey = () =>
  new AwsError(
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
  );
