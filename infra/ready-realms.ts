import { adyen } from "./ready-realms/adyen.ts";
import { auth0 } from "./ready-realms/auth0.ts";
import { entra } from "./ready-realms/entra.ts";
import { finicity } from "./ready-realms/finicity.ts";
import { githubApp } from "./ready-realms/github-app.ts";
import { gocardless } from "./ready-realms/gocardless.ts";
import { googleServiceAccount } from "./ready-realms/google.ts";
import { modulr } from "./ready-realms/modulr.ts";
import { paypal } from "./ready-realms/paypal.ts";
import { plaid } from "./ready-realms/plaid.ts";
import { quickbooks } from "./ready-realms/quickbooks.ts";
import { revolutBusiness } from "./ready-realms/revolut.ts";
import { salesforce } from "./ready-realms/salesforce.ts";
import { stripeConnect } from "./ready-realms/stripe-connect.ts";
import { truelayer } from "./ready-realms/truelayer.ts";
import { visaDeveloper } from "./ready-realms/visa.ts";
import { wise } from "./ready-realms/wise.ts";
import { xeroCustomConnection } from "./ready-realms/xero.ts";

/**
 * Realms of well-known providers, written after their public documentation (docs/ready-realms.md), for the list of
 * realms: `readyRealms.paypal({ environment: "sandbox" })`. None was tried with its provider.
 */
export const readyRealms = {
  adyen,
  auth0,
  entra,
  finicity,
  githubApp,
  gocardless,
  googleServiceAccount,
  modulr,
  paypal,
  plaid,
  quickbooks,
  revolutBusiness,
  salesforce,
  stripeConnect,
  truelayer,
  visaDeveloper,
  wise,
  xeroCustomConnection,
};
