import { compose } from "./compose.ts";
import { vendEndpoint } from "./http/vend-endpoint.ts";
import { connectionOf } from "./model/connection.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { onFirstUse } from "./platform/on-first-use.ts";
import { checkDeployedBaseUrl, isDeployed } from "./platform/start-up-checks.ts";
import { processVending } from "./vending/process-vending.ts";
import { warmUp } from "./vending/warm-up.ts";

const composed = compose(process.env);
const { environment, dependencies, metrics } = composed;
const { realm } = environment;
const { clock, log, processName } = dependencies;
// While Lambda initializes a function, it has more CPU than afterwards. Most callers ask for this account.
if (isDeployed(process.env)) await warmUp(dependencies, connectionOf(realm, "default"));

// A function that was deployed without the address of the pages makes no links.
const baseUrl = process.env["CONSENT_BASE_URL"];
if (baseUrl && isDeployed(process.env)) checkDeployedBaseUrl(baseUrl);
const { consent } = dependencies.provider;
const linksTo = (pages: string, flow: NonNullable<typeof consent>) =>
  onFirstUse(async () => {
    const { composeLinks } = await import("./compose-links.ts");
    return composeLinks(composed, flow, pages);
  });

const endpoint = vendEndpoint({
  realm,
  extraHeaders: realm.extraHeaders,
  accountHeaders: realm.accountHeaders,
  attributeHeaders: "attributeHeaders" in realm ? realm.attributeHeaders : undefined,
  clock,
  log,
  processName,
  metrics,
  proofs: composed.proofs,
  links: consent && baseUrl ? linksTo(baseUrl, consent) : undefined,
  ...processVending(dependencies),
});

/** Vends the current credential of a connection of this realm. */
export const handler = flushMetricsAfter(endpoint, metrics);
