import type { Variables } from "./environment.ts";

/** Each of these can change where requests go or how they are signed; only the SDK follows them. */
const unusualVariables = [
  "AWS_ACCOUNT_ID_ENDPOINT_MODE",
  "AWS_AUTH_SCHEME_PREFERENCE",
  "AWS_CONFIG_FILE",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_PROFILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_USE_FIPS_ENDPOINT",
];

/** The Regions whose hosts are in `amazonaws.com`, as the SDK tells them from those of other partitions. */
const usualRegion = /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/;

/**
 * The address of an AWS service, where the variables leave no doubt about it. Null: only the SDK can tell, or refuse it.
 */
export function awsEndpoint(
  service: "dynamodb" | "kms",
  region: string,
  variables: Variables,
  deployed: boolean,
): URL | null {
  if (unusualVariables.some((name) => variables[name])) return null;
  const stated =
    variables[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || variables["AWS_ENDPOINT_URL"];
  // Outside Lambda, a configuration file can state an address where no variable does.
  const isUsual = deployed && usualRegion.test(region);
  const url = URL.parse(stated || (isUsual ? `https://${service}.${region}.amazonaws.com` : ""));
  if (!url || url.href !== `${url.origin}/`) return null;
  return url.protocol === "https:" || (url.protocol === "http:" && !deployed) ? url : null;
}
