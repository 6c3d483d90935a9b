import type { RealmEntry } from "../../infra/realm-list.ts";

/** One realm of each kind that infra distinguishes. */
export const oneOfEachKind: readonly RealmEntry[] = [
  { provider: "conferma", environment: "sandbox", tokenUrl: "https://conferma.example/token" },
  { provider: "cfis", environment: "staging", apiBaseUrl: "https://cfis.example" },
  {
    provider: "centrapay-user",
    environment: "test",
    issuer: "https://auth.centrapay.example",
    authorizeUrl: "https://auth.centrapay.example/oauth2/authorize",
    tokenUrl: "https://auth.centrapay.example/oauth2/token",
    jwksUrl: "https://auth.centrapay.example/.well-known/jwks.json",
  },
];
