import { adyenFacts } from "../../infra/ready-realms/adyen.ts";
import { auth0Facts } from "../../infra/ready-realms/auth0.ts";
import { entraFacts } from "../../infra/ready-realms/entra.ts";
import { finicityFacts } from "../../infra/ready-realms/finicity.ts";
import { githubAppFacts } from "../../infra/ready-realms/github-app.ts";
import { gocardlessFacts } from "../../infra/ready-realms/gocardless.ts";
import { googleFacts } from "../../infra/ready-realms/google.ts";
import { modulrFacts } from "../../infra/ready-realms/modulr.ts";
import { paypalFacts } from "../../infra/ready-realms/paypal.ts";
import { plaidFacts } from "../../infra/ready-realms/plaid.ts";
import { quickbooksFacts } from "../../infra/ready-realms/quickbooks.ts";
import type { ReadyRealmFacts } from "../../infra/ready-realms/ready-realm.ts";
import { revolutFacts } from "../../infra/ready-realms/revolut.ts";
import { salesforceFacts } from "../../infra/ready-realms/salesforce.ts";
import { stripeConnectFacts } from "../../infra/ready-realms/stripe-connect.ts";
import { truelayerFacts } from "../../infra/ready-realms/truelayer.ts";
import { visaFacts } from "../../infra/ready-realms/visa.ts";
import { wiseFacts } from "../../infra/ready-realms/wise.ts";
import { xeroFacts } from "../../infra/ready-realms/xero.ts";
import type { readyRealms } from "../../infra/ready-realms.ts";
import { tableText } from "./table-text.ts";

/** The facts of every ready realm: of one without, the compiler says so. */
const factsOf: Readonly<Record<keyof typeof readyRealms, ReadyRealmFacts>> = {
  adyen: adyenFacts,
  auth0: auth0Facts,
  entra: entraFacts,
  finicity: finicityFacts,
  githubApp: githubAppFacts,
  gocardless: gocardlessFacts,
  googleServiceAccount: googleFacts,
  modulr: modulrFacts,
  paypal: paypalFacts,
  plaid: plaidFacts,
  quickbooks: quickbooksFacts,
  revolutBusiness: revolutFacts,
  salesforce: salesforceFacts,
  stripeConnect: stripeConnectFacts,
  truelayer: truelayerFacts,
  visaDeveloper: visaFacts,
  wise: wiseFacts,
  xeroCustomConnection: xeroFacts,
};

/** Providers that were looked at, and for which no settings are enough: nothing half is declared. */
const undeclared: readonly (readonly [provider: string, because: string, source: string])[] = [
  [
    "Modulr, in production",
    "each call carries a signature of its own, an HMAC over date and nonce: there is no token to vend",
    "https://modulr.readme.io/docs/security",
  ],
  [
    "Xero, for people of several organisations",
    "the tenant's id, which every call needs, is in the answer to a further call after the consent",
    "https://developer.xero.com/faq/custom-integration",
  ],
];

export function readyRealmTable(): string {
  const rows = Object.entries(factsOf).map(([name, { provider, example }]) => {
    const settings = example();
    const page = `[${settings.provider}](providers/${settings.provider}.md)`;
    return [`[${provider}](#${anchorOf(provider)})`, `\`readyRealms.${name}\``, page];
  });
  return tableText(["provider", "realm", "a realm of"], rows);
}

export function readyRealmSections(): string {
  return Object.values(factsOf).map(sectionOf).join("\n\n");
}

export function undeclaredTable(): string {
  const rows = undeclared.map(([provider, because, source]) => [provider, because, linkTo(source)]);
  return tableText(["provider", "not declared, because", "source"], rows);
}

function sectionOf({ provider, secret, facts, example }: ReadyRealmFacts): string {
  const members = Object.entries(secret).map(([name, meaning]) => [`\`${name}\``, meaning]);
  const told = facts.map(([fact, source]) => [fact, source === null ? "inferred" : linkTo(source)]);
  return [
    `### ${provider}`,
    tableText(["the secret has", "which is"], members),
    tableText(["fact", "source"], told),
    `\`\`\`json\n${JSON.stringify(example(), null, 2)}\n\`\`\``,
  ].join("\n\n");
}

const linkTo = (source: string) => `[${new URL(source).host}](${source})`;

/** As the pages' anchors are made of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");
