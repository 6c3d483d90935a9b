import type { ConsentProps } from "./constructs/vending-core.ts";

type AddressSetting =
  | "consentBaseUrl"
  | "consentDomain"
  | "consentCertificateArn"
  | "consentHostedZone";

/** A setting of this form, or undefined; throws an error that names the setting. */
type Matching = (name: AddressSetting, form: RegExp, description: string) => string | undefined;

/**
 * Where people consent: at a domain that the stacks set up, from which the address follows; at the address of one that is
 * set up elsewhere; or, without either, at API Gateway's own. Throws where two settings could disagree.
 */
export function readConsentAddress(matching: Matching): Pick<ConsentProps, "baseUrl" | "domain"> {
  const baseUrl = matching(
    "consentBaseUrl",
    /^https:\/\/[^?#\s]*[^/?#\s]$/,
    "an https address without query or trailing slash",
  );
  const name = matching(
    "consentDomain",
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    "a domain name like consent.example.com",
  );
  const certificateArn = matching(
    "consentCertificateArn",
    /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
    "the ARN of a certificate in ACM",
  );
  const hostedZoneId = matching(
    "consentHostedZone",
    /^Z[A-Z0-9]{1,31}$/,
    "the id of a hosted zone in Route 53, like Z0123456789ABC",
  );
  if (!name) {
    const idle =
      (certificateArn && "consentCertificateArn") ?? (hostedZoneId && "consentHostedZone");
    if (idle) throw new Error(`The setting ${idle} has no effect without consentDomain.`);
    return { baseUrl };
  }
  if (baseUrl) {
    throw new Error(
      "The setting consentBaseUrl follows from consentDomain: leave one of them out.",
    );
  }
  if (!certificateArn) throw new Error("The setting consentDomain needs consentCertificateArn.");
  return { baseUrl: `https://${name}`, domain: { name, certificateArn, hostedZoneId } };
}
