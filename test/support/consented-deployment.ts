import type { ConsentResult } from "../../functions/model/consent.ts";
import { TestDeployment } from "./dependencies.ts";
import { byConsent } from "./policies.ts";

/** A deployment at whose provider a person has consented. */
export async function consentedDeployment(consent: ConsentResult): Promise<TestDeployment> {
  const here = new TestDeployment(byConsent);
  here.consented = consent;
  await here.consent();
  return here;
}
