import type { CertificateAuthority } from "../kit/certificates.ts";
import type { BasicCredentialEncoding, ClientRegistry } from "../kit/client-registry.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { AnswerFormat } from "./answer-format.ts";
import { createAssertionCheck } from "./client-assertion-check.ts";
import type { ClientMethod, ClientProof } from "./client-method.ts";
import { createClientMethod } from "./client-method.ts";
import type { ParameterFormat, RequiredParameters } from "./request-parameters.ts";

/** In what a server differs from others of the same grant. */
export interface ServerTraits {
  readonly clientAuthentication?: ClientProof;
  readonly basicEncoding?: BasicCredentialEncoding;
  /** By which assertions have to be signed (default: any). */
  readonly signingAlgorithm?: string | undefined;
  /** To whom they have to be addressed (default: `token-endpoint`). */
  readonly assertionAudience?: "token-endpoint" | "issuer";
  /** Of token requests (default: `form`). */
  readonly requestFormat?: ParameterFormat;
  /** What every token request has to say. */
  readonly required?: RequiredParameters;
  readonly answer?: AnswerFormat;
  /** How its API wants tokens (default: as RFC 6750 §2.1). */
  readonly presentation?: { readonly headerName: string; readonly scheme?: string | undefined };
  /** Whose certificates clients have to present. */
  readonly authority?: CertificateAuthority | undefined;
}

/** How a server with these traits recognises its clients. The addresses are asked for when the server has them. */
export function clientMethodOf(
  { now }: SimulatorContext,
  registry: ClientRegistry,
  traits: ServerTraits,
  addresses: { readonly tokenUrl: () => string; readonly issuer: () => string },
): ClientMethod {
  const { clientAuthentication: proof = "basic", basicEncoding = "rfc6749" } = traits;
  const { signingAlgorithm: algorithm, assertionAudience = "token-endpoint" } = traits;
  const audience = assertionAudience === "issuer" ? addresses.issuer : addresses.tokenUrl;
  const isAssertionOf = createAssertionCheck({ now, algorithm, audience });
  return createClientMethod(registry, { proof, basicEncoding, isAssertionOf });
}
