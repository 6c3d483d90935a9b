import { wordOf, wordsIn } from "./metadata-members.ts";
import type { ServerMetadata } from "./read-metadata.ts";
import type { SuggestedSetting } from "./suggestion.ts";

/** How a client proves who it is, as far as the server says. */
export interface ClientChoice {
  readonly settings: readonly SuggestedSetting[];
  readonly notes: readonly string[];
  readonly usesCertificate: boolean;
}

/** Ours by the names of RFC 8414, RFC 7523 and RFC 8705, the strongest first. */
const ways = [
  ["private_key_jwt", "private_key_jwt"],
  ["tls_client_auth", "tls"],
  ["self_signed_tls_client_auth", "tls"],
  ["client_secret_basic", "basic"],
  ["client_secret_post", "post"],
  ["none", "none"],
] as const;

/** The setting's algorithms. */
const ourAlgorithms = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

/** The strongest way that the server and the generic providers share. */
export function chooseClient(members: ServerMetadata["members"]): ClientChoice {
  const stated = wordsIn(members["token_endpoint_auth_methods_supported"]);
  // RFC 8414 §2, where it does not say.
  const methods = stated ?? ["client_secret_basic"];
  const algorithms = algorithmsIn(members);
  const possible = ways.filter(
    ([method]) =>
      methods.includes(method) && (method !== "private_key_jwt" || algorithms?.length !== 0),
  );
  const notes = notesOn(methods);
  const [chosen] = possible;
  if (!chosen) {
    const remark = `clientAuthentication: none of the server's is supported (${methods.join(", ")})`;
    return { settings: [{ name: null, remark }], notes, usesCertificate: false };
  }
  const [, value] = chosen;
  const others = [...new Set(possible.map(([, way]) => way))].filter((way) => way !== value);
  const remark = stated
    ? others.length > 0 && `or ${others.join(", ")}`
    : "the standard's, because the server says nothing";
  const setting = { name: "clientAuthentication", value, ...(remark && { remark }) };
  return {
    settings: [setting, ...(value === "private_key_jwt" ? signing(algorithms) : [])],
    notes,
    usesCertificate: value === "tls",
  };
}

/** Those that both have; null where the server does not say. */
function algorithmsIn(members: ServerMetadata["members"]): string[] | null {
  const stated = wordsIn(members["token_endpoint_auth_signing_alg_values_supported"]);
  return stated && ourAlgorithms.filter((name) => stated.includes(name));
}

/** Without the setting the kind of the key decides, and RSA signs by RS256. */
function signing(algorithms: readonly string[] | null): SuggestedSetting[] {
  if (algorithms === null)
    return [{ name: null, remark: "signingAlgorithm: the server does not say which it takes" }];
  const list = algorithms.join(", ");
  if (algorithms.includes("RS256"))
    return [{ name: null, remark: `signingAlgorithm: by the kind of the key; it takes ${list}` }];
  const [first = ""] = algorithms;
  const remark = algorithms.length > 1 ? `it takes ${list}: the kind of your key decides` : "";
  return [{ name: "signingAlgorithm", value: first, ...(remark && { remark }) }];
}

function notesOn(methods: readonly string[]): string[] {
  const known: readonly string[] = ways.map(([method]) => method);
  const unknown = methods.filter((method) => wordOf(method) !== null && !known.includes(method));
  return unknown.length > 0
    ? [`Client authentication that is not supported: ${unknown.join(", ")}.`]
    : [];
}
