import type { Environment, Variables } from "./environment.ts";
import { isSafeAddress, StartUpError } from "./environment.ts";
import { isPrivateHost } from "./network-guard.ts";

/**
 * Lambda sets this variable itself. It is reserved, so no function's configuration can change it:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function isDeployed(variables: Variables): boolean {
  return variables["AWS_EXECUTION_ENV"]?.startsWith("AWS_Lambda_") ?? false;
}

const trust = "it can change which certificates are trusted";
const openSsl = "it can change how TLS works";
const printing = "it can print requests, and so tokens";
const proxy = "the functions use no proxy";

/** Variables that would weaken a function, or promise what it does not do. Proxy variables exist in lower case too. */
const refusedVariables: Readonly<Record<string, string>> = {
  NODE_TLS_REJECT_UNAUTHORIZED: "it can switch off the verification of certificates",
  NODE_EXTRA_CA_CERTS: trust,
  NODE_USE_SYSTEM_CA: trust,
  SSL_CERT_FILE: trust,
  SSL_CERT_DIR: trust,
  AWS_CA_BUNDLE: trust,
  OPENSSL_CONF: openSsl,
  OPENSSL_MODULES: openSsl,
  SSLKEYLOGFILE: "it can have the keys of TLS connections written",
  NODE_DEBUG: printing,
  NODE_DEBUG_NATIVE: printing,
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  ALL_PROXY: proxy,
  NODE_USE_ENV_PROXY: proxy,
  AWS_LAMBDA_EXEC_WRAPPER: "it runs before the function and can change all that is checked",
};

/** All else in NODE_OPTIONS is refused, whatever Node adds. */
const harmlessOption =
  /^(--enable-source-maps|--(max-old-space-size|max-semi-space-size|stack-trace-limit)(=\d+)?|\d+)$/;

/** Lambda starts Node with options of its own, so that here only the known ones are refused. */
const weakeningOption =
  /^--(insecure-http-parser|use-(system|openssl)-ca|use-env-proxy|openssl-|tls-|trace-tls|inspect|security-revert|experimental-network-inspection)/;

/** Fails with a `StartUpError` that names the variable, why it is refused, and what to do. */
export function checkDeployedVariables(variables: Variables, execArgv: readonly string[]): void {
  for (const [name, why] of Object.entries(refusedVariables)) {
    const set = [name, name.toLowerCase()].find((each) => variables[each]);
    if (set) throw new StartUpError(`${set} is set, but ${why}. Remove it.`);
  }
  checkOptions(variables["NODE_OPTIONS"] ?? "", execArgv);
  // The SDK sends signed requests, and gets secrets, where these say.
  for (const [name, value] of Object.entries(variables)) {
    if (name.startsWith("AWS_ENDPOINT_URL") && value && !isDeployedAddress(value)) {
      throw new StartUpError(`${name} must be an https address of another host. Change it.`);
    }
  }
}

function checkOptions(nodeOptions: string, execArgv: readonly string[]): void {
  const options = nodeOptions.split(/\s+/).filter(Boolean);
  if (!options.every((option) => harmlessOption.test(option))) {
    const harmless = "memory sizes, --stack-trace-limit and --enable-source-maps";
    throw new StartUpError(`NODE_OPTIONS may only set ${harmless}. Remove the rest.`);
  }
  // Node takes an underscore for a dash.
  const weakening = execArgv.find((option) => weakeningOption.test(option.replaceAll("_", "-")));
  if (weakening) {
    const [name] = weakening.split("=");
    throw new StartUpError(`Node runs with ${name}, which weakens it. Start it without.`);
  }
}

/** Fails with a `StartUpError` that names the variable, and the setting in `REALM`. */
export function checkDeployedEnvironment({
  sealingKey,
  realm,
}: Environment<{ readonly privateNetworks?: readonly string[] | undefined }>): void {
  if (sealingKey.kind === "local") {
    throw new StartUpError(
      "SEALING_KEY must be the ARN of a KMS key: a local key protects nothing.",
    );
  }
  for (const [name, value] of Object.entries(realm)) {
    if (isWebAddress(value) && !isDeployedAddress(value, realm.privateNetworks)) {
      throw new StartUpError(
        `REALM: ${name}: must be an https address of a public host, or of a network in privateNetworks`,
      );
    }
  }
}

/** Fails with a `StartUpError`. */
export function checkDeployedBaseUrl(baseUrl: string): void {
  if (!isDeployedAddress(baseUrl)) {
    throw new StartUpError("CONSENT_BASE_URL must be an https address of a public host.");
  }
}

const isWebAddress = (value: unknown): value is string =>
  typeof value === "string" && /^https?:/i.test(value);

function isDeployedAddress(address: string, networks: readonly string[] = []): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" || !isSafeAddress(address)) return false;
  return !isPrivateHost(url.hostname, networks);
}
