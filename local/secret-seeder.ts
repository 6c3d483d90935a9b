import { randomBytes } from "node:crypto";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { AccessKeys } from "./aws/sigv4/principals.ts";

/** The secrets of the local stack: filled in once, kept in Secrets Manager, rotated as an operator would. */
export interface SecretSeeder {
  /** Deploys a secret with its first value. One that is there keeps the value it has. */
  create(name: string, SecretString: string): Promise<void>;
  /** The current value of a secret; made up while its members are empty, as they were deployed. Throws without one. */
  getOrGenerate<T extends object>(name: string, makeUp: () => T): Promise<T>;
  /** A secret that no template has: an account that somebody adds by hand. */
  add<T extends object>(name: string, value: T): Promise<T>;
  /** Promotes a new value to AWSCURRENT. */
  rotate(name: string, value: object): Promise<void>;
}

export function createSecretSeeder(
  endpoint: string,
  region: string,
  credentials: AccessKeys = { accessKeyId: "operator", secretAccessKey: "operator" },
): SecretSeeder {
  const client = new SecretsManagerClient({ endpoint, region, credentials });

  async function create(Name: string, SecretString: string): Promise<void> {
    try {
      await client.send(new CreateSecretCommand({ Name, SecretString }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
    }
  }

  async function put(SecretId: string, value: object): Promise<void> {
    const SecretString = JSON.stringify(value);
    await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  }

  return {
    create,
    async getOrGenerate(name, makeUp) {
      const { SecretString = "" } = await client.send(
        new GetSecretValueCommand({ SecretId: name }),
      );
      const held = JSON.parse(SecretString);
      if (!isEmpty(held)) return held;
      const value = makeUp();
      await put(name, value);
      return value;
    },
    async add(name, value) {
      await create(name, JSON.stringify(value));
      return value;
    },
    rotate: put,
  };
}

/** As the template deploys it (infra/constructs/connection-secret.ts). */
function isEmpty(value: object): boolean {
  return Object.values(value).every((member) => member === "");
}

/** Recognisable as made up, and impossible to guess. */
export function generateValue(what: string): string {
  return `local-${what}-${randomBytes(18).toString("base64url")}`;
}
