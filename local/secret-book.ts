import { randomBytes } from "node:crypto";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { AccessKeys } from "./aws/principals.ts";

/** The secrets of the local stack: made up once, kept in Secrets Manager, rotated as an operator would. */
export interface SecretBook {
  /** The current value of a secret, which is made up at its first use. */
  keep<T extends object>(name: string, makeUp: () => T): Promise<T>;
  /** Promotes a new value to AWSCURRENT. */
  rotate(name: string, value: object): Promise<void>;
}

export function secretBook(
  endpoint: string,
  region: string,
  credentials: AccessKeys = { accessKeyId: "operator", secretAccessKey: "operator" },
): SecretBook {
  const client = new SecretsManagerClient({ endpoint, region, credentials });

  return {
    async keep(name, makeUp) {
      try {
        const { SecretString = "" } = await client.send(
          new GetSecretValueCommand({ SecretId: name }),
        );
        return JSON.parse(SecretString);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        const value = makeUp();
        const SecretString = JSON.stringify(value);
        await client.send(new CreateSecretCommand({ Name: name, SecretString }));
        return value;
      }
    },
    async rotate(name, value) {
      const SecretString = JSON.stringify(value);
      await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
    },
  };
}

/** Recognisable as made up, and impossible to guess. */
export function madeUp(what: string): string {
  return `local-${what}-${randomBytes(18).toString("base64url")}`;
}
