import { randomBytes } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { AccessKeys } from "./aws/sigv4/principals.ts";

/** Creates, fills in and rotates the secrets of the local stack. */
export interface SecretSeeder {
  /** Creates a secret, without a value unless one is given. An existing one keeps its value. */
  create(name: string, SecretString?: string): Promise<void>;
  /** Returns a secret's value, after generating it if it has none. Throws if there is no such secret. */
  getOrGenerate<T extends object>(name: string, generate: () => T): Promise<T>;
  /** Creates a secret that is not in the template: for an account that is added by hand. */
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

  async function create(Name: string, SecretString?: string): Promise<void> {
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
    async getOrGenerate(name, generate) {
      const { VersionIdsToStages } = await client.send(
        new DescribeSecretCommand({ SecretId: name }),
      );
      if (VersionIdsToStages && Object.keys(VersionIdsToStages).length > 0) {
        const { SecretString = "" } = await client.send(
          new GetSecretValueCommand({ SecretId: name }),
        );
        const current = JSON.parse(SecretString);
        if (!isEmpty(current)) return current;
      }
      const value = generate();
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

/** Whether the value is still the one that the template of 0.2.0 deployed: a folder of an earlier run may have it. */
function isEmpty(value: object): boolean {
  return Object.values(value).every((member) => member === "");
}

/** Random, and recognisable as generated. */
export function generateValue(kind: string): string {
  return `local-${kind}-${randomBytes(18).toString("base64url")}`;
}
