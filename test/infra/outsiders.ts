import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { TokenVending } from "../../infra/token-vending.ts";

/** A client-credentials realm and a consent realm. All other realms must stay out of reach. */
export const clientRealm = "conferma/sandbox";
export const consentRealm = "centrapay-user/sandbox";

/** Roles of other apps, with what is granted to each. */
const grants: Readonly<Record<string, (vending: TokenVending, role: Role) => void>> = {
  CallerByInvoke: (vending, role) => vending.realm(clientRealm).grantVend(role),
  CallerWithoutRejections: (vending, role) => vending.realm(clientRealm).grantVendOnly(role),
  ReaderByApi: (vending, role) => vending.realm(clientRealm).grantVendOnlyOverApi(role),
  CallerByApi: (vending, role) => vending.realm(clientRealm).grantVendOverApi(role),
  CallerOfOneAccount: (vending, role) => vending.realm(clientRealm).grantVendOverApi(role, "acme"),
  CallerWithLinks: (vending, role) => vending.realm(consentRealm).grantVendWithLinks(role),
  CallerWithLinksByApi: (vending, role) =>
    vending.realm(consentRealm).grantVendWithLinksOverApi(role),
  CallerOfOneLink: (vending, role) =>
    vending.realm(consentRealm).grantVendWithLinksOverApi(role, "acme"),
  VenderByApi: (vending, role) => vending.realm(consentRealm).grantVendOverApi(role),
  AskerByInvoke: (vending, role) => vending.realm(consentRealm).grantBeginConsent(role),
  AskerByApi: (vending, role) => vending.realm(consentRealm).grantBeginConsentOverApi(role),
  Completer: (vending, role) => vending.realm(consentRealm).grantCompleteConsent(role),
  SecretOperator: (vending, role) => vending.realm(clientRealm).grantSecretOperator(role),
  Freezer: (vending, role) => vending.realm(clientRealm).grantFreeze(role),
  Operator: (vending, role) => vending.grantStatus(role),
  // The simulator needs at least one policy.
  Stranger: (_, role) => role.addToPolicy(nothingOfOurs),
};

const nothingOfOurs = new PolicyStatement({
  actions: ["s3:GetObject"],
  resources: ["arn:aws:s3:::orders/*"],
});

export const outsiderNames = Object.keys(grants);

export function addOutsiders(vending: TokenVending): void {
  for (const [name, grant] of Object.entries(grants)) {
    const assumedBy = new ServicePrincipal("lambda.amazonaws.com");
    grant(vending, new Role(vending.coreStack, name, { assumedBy }));
  }
}
