import type { CertificateAuthority } from "../kit/certificates.ts";
import type { BasicCredentialEncoding, ClientRegistry } from "../kit/client-registry.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { AnswerFormat } from "./answer-format.ts";
import { createAssertionCheck } from "./client-assertion-check.ts";
import type { ClientMethod, ClientProof } from "./client-method.ts";
import { createClientMethod } from "./client-method.ts";
import type { GrantCheck } from "./grant-check.ts";
import type { ParameterFormat, ParameterNames, RequiredParameters } from "./request-parameters.ts";

/** In what a server differs from others of the same grant. */
export interface ServerTraits {
  readonly clientAuthentication?: ClientProof;
  readonly basicEncoding?: BasicCredentialEncoding;
  /** By which assertions have to be signed (default: any). */
  readonly signingAlgorithm?: string | undefined;
  /** By whom those of clients have to be issued (default: by the client, whose id that is). */
  readonly assertionIssuer?: string | undefined;
  /** To whom they have to be addressed (default: `token-endpoint`). */
  readonly assertionAudience?: "token-endpoint" | "issuer";
  /** Of token requests (default: `form`). */
  readonly requestFormat?: ParameterFormat;
  /** What it calls parameters of token requests (default: as the standard does). */
  readonly parameterNames?: ParameterNames | undefined;
  /** Headers that every token request has to have. */
  readonly tokenHeaders?: Readonly<Record<string, string>> | undefined;
  /** What every token request has to say. */
  readonly required?: RequiredParameters;
  readonly answer?: AnswerFormat;
  /** How its API wants tokens (default: as RFC 6750 §2.1). */
  readonly presentation?: { readonly headerName: string; readonly scheme?: string | undefined };
  /** Whether it binds tokens to keys (RFC 9449 §5), and wants proofs of them. */
  readonly dpop?: boolean | undefined;
  /** What it wants besides the tokens of a client: header values by their names. */
  readonly apiHeaders?: (clientId: string) => Readonly<Record<string, string>>;
  /** Whose certificates clients have to present. */
  readonly authority?: CertificateAuthority | undefined;
}

/** They are asked for when the server has them. */
interface ServerAddresses {
  readonly tokenUrl: () => string;
  readonly issuer: () => string;
}

/** To whom assertions are addressed. */
export const audienceOf = (
  { assertionAudience }: ServerTraits,
  { tokenUrl, issuer }: ServerAddresses,
): (() => string) => (assertionAudience === "issuer" ? issuer : tokenUrl);

/** How a server with these traits recognises its clients. `grant` is for those that are known by nothing else. */
export function clientMethodOf(
  { now }: SimulatorContext,
  registry: ClientRegistry,
  traits: ServerTraits,
  addresses: ServerAddresses,
  grant?: GrantCheck,
): ClientMethod {
  const { clientAuthentication: proof = "basic", basicEncoding = "rfc6749" } = traits;
  const { signingAlgorithm: algorithm, assertionIssuer: issuer } = traits;
  const audience = audienceOf(traits, addresses);
  const isAssertionOf = createAssertionCheck({
    ...{ now, algorithm, issuer, audience },
    hasSubject: proof !== "bearer_jwt",
  });
  return createClientMethod(registry, { proof, basicEncoding, isAssertionOf, grant });
}
