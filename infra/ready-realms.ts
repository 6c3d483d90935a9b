import { adyen } from "./ready-realms/adyen.ts";
import { auth0 } from "./ready-realms/auth0.ts";
import { entra } from "./ready-realms/entra.ts";
import { paypal } from "./ready-realms/paypal.ts";
import { plaid } from "./ready-realms/plaid.ts";
import { wise } from "./ready-realms/wise.ts";

/**
 * Realms of well-known providers, written after their public documentation (docs/ready-realms.md), for the list of
 * realms: `readyRealms.paypal({ environment: "sandbox" })`. None was tried with its provider.
 */
export const readyRealms = { adyen, auth0, entra, paypal, plaid, wise };
