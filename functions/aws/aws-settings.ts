import { Sensitive } from "../model/sensitive.ts";

type Variables = Readonly<Record<string, string | undefined>>;

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Sensitive;
  readonly sessionToken: Sensitive | null;
}

/** Where AWS is reached, and as whom: what Lambda says in its variables. */
export interface AwsSettings {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** The address of a service's JSON API; null where only the SDK knows it. */
  endpointOf(service: "dynamodb" | "kms", region: string): string | null;
}

/** Lambda always has them; whatever is missing makes the first request fail, as with the SDK. */
export function readAwsSettings(variables: Variables): AwsSettings {
  const sessionToken = variables["AWS_SESSION_TOKEN"];
  return {
    region: variables["AWS_REGION"] ?? "",
    credentials: {
      accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: new Sensitive(variables["AWS_SECRET_ACCESS_KEY"] ?? ""),
      sessionToken: sessionToken ? new Sensitive(sessionToken) : null,
    },
    endpointOf(service, region) {
      const given =
        variables[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? variables["AWS_ENDPOINT_URL"];
      if (given) return given;
      return isStandard(variables, region) ? `https://${service}.${region}.amazonaws.com` : null;
    },
  };
}

/** Other partitions and other kinds of endpoints have other names. */
function isStandard(variables: Variables, region: string): boolean {
  const isOther = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"].some(
    (name) => variables[name] === "true",
  );
  return !isOther && /^(af|ap|ca|eu|il|me|mx|sa|us)-(?!gov-|iso)[a-z]+-\d+$/.test(region);
}
