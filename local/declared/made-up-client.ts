import { generateValue } from "../secret-seeder.ts";
import type { CertificateAuthority } from "../simulators/kit/certificates.ts";
import { fingerprintOfCertificate } from "../simulators/kit/certificates.ts";
import type { ClientProof } from "../simulators/oauth/client-method.ts";
import type { LocalSecret } from "./declared-realm.ts";
import { isKeyKept, makeUpKey, publicKeyIn } from "./made-up-keys.ts";

interface ClientSettings {
  readonly clientAuthentication: ClientProof;
  readonly signingAlgorithm?: string | undefined;
}

/** A client's secret, with the members that its way of authentication needs. */
export async function makeUpClient(
  settings: ClientSettings,
  authority: CertificateAuthority,
): Promise<LocalSecret> {
  const clientId = generateValue("client");
  switch (settings.clientAuthentication) {
    case "basic":
    case "post":
      return { clientId, clientSecret: generateValue("secret") };
    case "private_key_jwt":
    case "bearer_jwt":
      return { clientId, ...(await makeUpKey(settings)) };
    case "tls": {
      const { chain, privateKey } = await authority.issueClient("token-vending");
      return { clientId, tlsCertificateChain: chain, tlsPrivateKey: privateKey };
    }
    case "none":
    case "grant":
      return { clientId };
  }
}

/** What the server knows of a client: its secret, its public key or its certificate; undefined if the secret has none. */
export function registrationOf(
  { clientAuthentication }: ClientSettings,
  secret: LocalSecret,
): string | undefined {
  const { clientSecret, tlsCertificateChain: chain } = secret;
  switch (clientAuthentication) {
    case "basic":
    case "post":
      return clientSecret;
    case "private_key_jwt":
    case "bearer_jwt":
      return publicKeyIn(secret);
    case "tls":
      return chain && fingerprintOfCertificate(chain);
    case "none":
    case "grant":
      return "";
  }
}

/** Whether a secret of an earlier run authenticates the client still. */
export function isClientKept(settings: ClientSettings, kept: LocalSecret): boolean {
  if (!kept["clientId"]) return false;
  switch (settings.clientAuthentication) {
    case "basic":
    case "post":
      return Boolean(kept["clientSecret"]);
    case "private_key_jwt":
    case "bearer_jwt":
      return isKeyKept(settings, kept);
    case "tls":
      // Each run has an authority of its own.
      return false;
    case "none":
    case "grant":
      return true;
  }
}
