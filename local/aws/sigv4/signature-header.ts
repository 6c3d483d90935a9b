import { AwsError } from "../json-protocol/aws-json.ts";

/** The parsed header `Authorization: AWS4-HMAC-SHA256 …`. */
export interface SignatureHeader {
  readonly accessKeyId: string;
  /** `20261121` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Throws `AwsError` if the header is missing or incomplete. */
export function readSignatureHeader(headers: Headers): SignatureHeader {
  const authorization = headers["authorization"];
  if (typeof authorization !== "string" || authorization === "") {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const [algorithm, ...rest] = authorization.trim().split(" ");
  if (algorithm !== "AWS4-HMAC-SHA256") throw incomplete(`Unsupported algorithm: ${algorithm}.`);

  const parameters = new Map(rest.join("").split(",").map(pairOf));
  const part = (name: string) => parameters.get(name) ?? "";
  const missing = ["Credential", "SignedHeaders", "Signature"].filter((name) => part(name) === "");
  if (missing.length > 0) throw incomplete(missing.map(missingParameter).join(" "));

  const scope = part("Credential").split("/");
  const [accessKeyId = "", day = "", region = "", service = "", terminator] = scope;
  if (scope.length !== 5 || terminator !== "aws4_request") {
    throw incomplete("Credential must have exactly 5 slash-delimited elements.");
  }
  const signedHeaders = part("SignedHeaders").split(";");
  return { accessKeyId, day, region, service, signedHeaders, signature: part("Signature") };
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}

const missingParameter = (name: string) => `Authorization header requires '${name}' parameter.`;

/** AWS's message quotes the header itself; this one does not, because it may be logged. */
const incomplete = (message: string) => new AwsError("IncompleteSignatureException", message);
