import type { AnswerFormat } from "../simulators/oauth/answer-format.ts";
import type { RequiredParameters } from "../simulators/oauth/request-parameters.ts";
import type { ServerTraits } from "../simulators/oauth/server-traits.ts";
import type { PlayerTools, SettingsOfProvider } from "./declared-realm.ts";

type GenericSettings = SettingsOfProvider<"client-credentials" | "authorization-code">;

/** The server that these settings describe: it wants exactly what they say that we send. */
export function traitsOf(
  settings: GenericSettings,
  members: AnswerFormat["members"],
  { authority }: PlayerTools,
): ServerTraits {
  const { clientAuthentication, basicEncoding, signingAlgorithm, requestFormat, dpop } = settings;
  const { lifetimeSeconds, presentation, assertionIssuer, assertionAudience } = settings;
  const { lifetime = lifetimeSeconds === undefined ? undefined : null } = settings.answer ?? {};
  return {
    ...{ clientAuthentication, basicEncoding, signingAlgorithm, requestFormat, dpop },
    assertionIssuer,
    assertionAudience: assertionAudience === undefined ? "token-endpoint" : "issuer",
    ...requestTraitsOf(settings),
    required: requiredBy(settings, settings.tokenParameters),
    // A life that is configured is one that answers do not state.
    answer: { ...settings.answer, lifetime, members },
    presentation: {
      headerName: presentation.headerName,
      scheme: presentation.scheme ?? undefined,
    },
    authority: clientAuthentication === "tls" ? authority : undefined,
  };
}

/** Settings that say how token requests are made where nobody consents. */
function requestTraitsOf(settings: GenericSettings) {
  if (settings.provider !== "client-credentials") return {};
  const { parameterNames, tokenHeaders } = settings;
  return { parameterNames, tokenHeaders };
}

/** What a request of the realm says besides its grant. */
export function requiredBy(
  { audience, resource = [] }: GenericSettings,
  constant: Readonly<Record<string, string>> = {},
): RequiredParameters {
  const resources = [resource].flat();
  return {
    ...(audience ? { audience: [audience] } : {}),
    ...(resources.length > 0 ? { resource: resources } : {}),
    ...Object.fromEntries(Object.entries(constant).map(([name, value]) => [name, [value]])),
  };
}

/** The life of the tokens, where settings say one. */
export function declaredLife(
  { lifetimeSeconds }: GenericSettings,
  { lifetimeMs }: PlayerTools,
): { readonly lifetimeMs?: number } {
  const life = lifetimeMs ?? (lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1000);
  return life === undefined ? {} : { lifetimeMs: life };
}
