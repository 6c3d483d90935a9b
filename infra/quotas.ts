import { needsConsent } from "../functions/providers/catalogue.ts";
import type { ListedRealm } from "./realm-list.ts";

/** API Gateway's quota that nobody has raised (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html). */
const resourcesPerApi = 300;
/** `/`, `/v1`, `/v1/connections`, `/v1/tokens` */
const commonResources = 4;

/** The resources of the REST API: one for each segment of a path. */
function apiResources(realms: readonly ListedRealm[]): number {
  const asking = realms.filter(({ settings }) => needsConsent(settings.provider));
  const providers = (of: readonly ListedRealm[]) =>
    new Set(of.map(({ settings }) => settings.provider)).size;
  const ofTokens = providers(realms) + 3 * realms.length;
  // And `/v1/consents`; for each realm its own and its account's, what came of a link, and a vend with a link.
  const ofConsents = asking.length > 0 ? 1 + providers(asking) + 4 * asking.length : 0;
  return commonResources + ofTokens + ofConsents;
}

/** What to ask AWS for before such a deployment, if anything. */
export function apiQuotaWarning(realms: readonly ListedRealm[]): string | undefined {
  const needed = apiResources(realms);
  if (needed <= resourcesPerApi) return undefined;
  return (
    `The API has ${needed} resources; without a higher quota ("Resources per API" of API Gateway) AWS allows ` +
    `${resourcesPerApi} (docs/deploying.md#quotas).`
  );
}
