import type { SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Clock } from "../model/clock.ts";
import { stopwatch } from "../model/clock.ts";
import { noAnswerFrom, VendingError } from "../model/errors.ts";
import type { Secret, SecretSource, SecretVersions } from "../model/secret-source.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { FailedCall } from "../platform/aws-connection.ts";
import { reportFailures } from "../platform/aws-connection.ts";
import { LruCache } from "../platform/lru-cache.ts";

/** As many as data keys (sealing/data-keys.ts): a tick reads the secret of every connection it renews. */
const maxSecrets = 10_000;

/** Reads the current version (AWSCURRENT) of the secret named prefix + account, and caches it in this process. */
export function openSecretsManager(
  options: SecretsManagerClientConfig,
  prefix: string,
  clock: Clock,
  failed?: FailedCall,
  maxEntries = maxSecrets,
): SecretSource {
  const client = openClient(options, failed);
  const entries = new LruCache<{ readonly secret: Secret; readonly ageMs: () => number }>(
    maxEntries,
  );

  return {
    async read(account, maxAgeMs, signal) {
      const entry = entries.get(account);
      if (entry && entry.ageMs() < maxAgeMs) return entry.secret;
      const ageMs = stopwatch(clock);
      const secret = await fetchVersion(client, `${prefix}${account}`, null, signal);
      entries.set(account, { secret, ageMs });
      return secret;
    },
  };
}

/** Reads any version, the current one by default. */
export function openSecretVersions(
  options: SecretsManagerClientConfig,
  prefix: string,
  failed?: FailedCall,
): SecretVersions {
  const client = openClient(options, failed);
  const nameOf = (account: string) => `${prefix}${account}`;
  return {
    nameOf,
    read: (account, version, signal) => fetchVersion(client, nameOf(account), version, signal),
  };
}

function openClient(options: SecretsManagerClientConfig, failed: FailedCall | undefined) {
  const client = new SecretsManagerClient(options);
  if (failed) reportFailures(client, failed);
  return client;
}

async function fetchVersion(
  client: SecretsManagerClient,
  name: string,
  version: string | null,
  signal: AbortSignal,
): Promise<Secret> {
  try {
    const choice = version === null ? {} : { VersionId: version };
    const command = new GetSecretValueCommand({ SecretId: name, ...choice });
    const { SecretString, VersionId } = await client.send(command, { abortSignal: signal });
    if (SecretString !== undefined && VersionId !== undefined)
      return { text: new Sensitive(SecretString), version: VersionId };
  } catch (error) {
    throw translated(error, name, version);
  }
  throw new VendingError("secret-malformed", `SecretString: the secret ${name} holds no text.`);
}

/** Secrets Manager has one error for a secret that does not exist and for one without a value: only the words differ. */
const withoutValue = /secret value/;

/** Replaces the SDK's error, which may hold the answer. */
function translated(error: unknown, name: string, version: string | null): VendingError {
  if (version !== null && error instanceof ResourceNotFoundException) {
    return new VendingError("unknown-connection", `${name} has no version ${version}.`);
  }
  if (error instanceof ResourceNotFoundException && withoutValue.test(error.message)) {
    const detail = `SecretString: the secret ${name} has no value. Put one: npm run vend -- secret put.`;
    return new VendingError("secret-malformed", detail);
  }
  if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) {
    const detail = `There is no usable secret ${name}. Create it with npm run vend -- secret put, or restore it if it was deleted.`;
    return new VendingError("unknown-connection", detail);
  }
  return new VendingError("secret-unavailable", noAnswerFrom("secrets-manager", error), 1);
}
