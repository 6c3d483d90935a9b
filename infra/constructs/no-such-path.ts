import { ResponseType } from "aws-cdk-lib/aws-apigateway";

/**
 * What API Gateway answers for a path that the API does not have, and for a request without a signature: it does not
 * tell the two apart. Below `/v1/consents` only the realms of providers at which a person consents have paths.
 */
const message = [
  "Missing Authentication Token.",
  "The request is not signed, or this API has no such path.",
  "A realm without consents has none below /v1/consents:",
  "it needs no consent of a person, because what its secret holds gives access.",
  "Vend from it: GET /v1/tokens/{provider}/{environment}/{account}.",
].join(" ");

/** In API Gateway's own form, because the request has reached nothing of ours. */
export const noSuchPathResponse = {
  type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
  templates: { "application/json": JSON.stringify({ message }) },
};
