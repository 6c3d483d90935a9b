import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InternalServiceError,
  InvalidParameterException,
  InvalidRequestException,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalAwsJsonServer } from "../../../../local/aws/json-protocol/aws-json-server.ts";
import { startSecretsManager } from "../../../../local/aws/secrets-manager/secrets-manager.ts";

const first = "00000000-0000-4000-8000-000000000001";
const second = "00000000-0000-4000-8000-000000000002";
const third = "00000000-0000-4000-8000-000000000003";

function clientOf({ url }: { url: string }): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: url,
    region: "ap-southeast-2",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
}

let server: LocalAwsJsonServer;
let client: SecretsManagerClient;

beforeAll(async () => {
  server = await startSecretsManager();
  client = clientOf(server);
});
afterEach(() => server.clearFaults());
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const create = (Name: string, SecretString = "one") =>
  client.send(new CreateSecretCommand({ Name, SecretString, ClientRequestToken: first }));
const put = (SecretId: string, SecretString: string, token: string, stage?: string) =>
  client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      ClientRequestToken: token,
      ...(stage && { VersionStages: [stage] }),
    }),
  );
const get = (SecretId: string, choice: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...choice }));
const stages = async (SecretId: string) =>
  (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages;

describe("a secret", () => {
  it("is found by its name, its ARN and its ARN without the suffix", async () => {
    const { ARN = "" } = await create("found/by/all");
    expect(ARN).toMatch(
      /^arn:aws:secretsmanager:ap-southeast-2:000000000000:secret:found\/by\/all-\w{6}$/,
    );
    for (const id of ["found/by/all", ARN, ARN.slice(0, -7)]) {
      expect(await get(id)).toMatchObject({ ARN, SecretString: "one", VersionId: first });
    }
  });

  it("has a creation date and can hold bytes", async () => {
    const SecretBinary = Buffer.from([0, 255, 7]);
    await client.send(new CreateSecretCommand({ Name: "bytes", SecretBinary }));
    const value = await get("bytes");
    expect(Buffer.from(value.SecretBinary ?? [])).toEqual(SecretBinary);
    expect(value.SecretString).toBeUndefined();
    expect(Math.abs(Number(value.CreatedDate) - Date.now())).toBeLessThan(5_000);
  });

  it("is refused if its name is taken, or if it does not exist", async () => {
    await create("taken");
    await expect(create("taken")).rejects.toBeInstanceOf(ResourceExistsException);
    const missing = get("nobody/knows");
    await expect(missing).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(missing).rejects.toThrow("Secrets Manager can't find the specified secret.");
  });

  it("without a value has no current version", async () => {
    await client.send(new CreateSecretCommand({ Name: "empty" }));
    await expect(get("empty")).rejects.toThrow(
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  });

  it("is listed by name, page by page", async () => {
    for (const name of ["listed/b", "listed/a", "listed/c"]) await create(name);
    const names: (string | undefined)[][] = [];
    const pages = paginateListSecrets(
      { client, pageSize: 2 },
      { Filters: [{ Key: "name", Values: ["listed/"] }] },
    );
    for await (const { SecretList = [] } of pages) names.push(SecretList.map(({ Name }) => Name));
    expect(names).toEqual([["listed/a", "listed/b"], ["listed/c"]]);
  });
});

describe("versions and stages", () => {
  it("a new value becomes current, the one before it previous", async () => {
    await create("rotated");
    await put("rotated", "two", second);
    expect(await get("rotated")).toMatchObject({ SecretString: "two", VersionId: second });
    expect(await get("rotated", { VersionStage: "AWSPREVIOUS" })).toMatchObject({
      SecretString: "one",
    });
    await put("rotated", "three", third);
    expect(await stages("rotated")).toEqual({ [second]: ["AWSPREVIOUS"], [third]: ["AWSCURRENT"] });
    expect(await get("rotated", { VersionId: first })).toMatchObject({ SecretString: "one" });
  });

  it("are listed with their dates, those without a stage on request", async () => {
    await create("dated");
    await put("dated", "two", second);
    await put("dated", "three", third);
    const listed = async (IncludeDeprecated: boolean) => {
      const command = new ListSecretVersionIdsCommand({ SecretId: "dated", IncludeDeprecated });
      const { Versions = [] } = await client.send(command);
      for (const { CreatedDate } of Versions) expect(CreatedDate).toBeInstanceOf(Date);
      return Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]);
    };
    const staged = [
      [second, ["AWSPREVIOUS"]],
      [third, ["AWSCURRENT"]],
    ];
    expect(await listed(false)).toEqual(staged);
    expect(await listed(true)).toEqual([[first, []], ...staged]);
  });

  it("the first value is current, whatever it is staged as", async () => {
    await client.send(new CreateSecretCommand({ Name: "first" }));
    await put("first", "one", first, "AWSPENDING");
    expect(await stages("first")).toEqual({ [first]: ["AWSCURRENT", "AWSPENDING"] });
  });

  it("a pending value is not current until it is promoted", async () => {
    await create("pending");
    await put("pending", "two", second, "AWSPENDING");
    expect(await get("pending")).toMatchObject({ SecretString: "one" });

    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: "pending",
        VersionStage: "AWSCURRENT",
        MoveToVersionId: second,
        RemoveFromVersionId: first,
      }),
    );
    expect(await get("pending")).toMatchObject({ SecretString: "two" });
    expect(await stages("pending")).toEqual({
      [first]: ["AWSPREVIOUS"],
      [second]: ["AWSPENDING", "AWSCURRENT"],
    });
  });

  it("a promotion names the version that it takes the stage from", async () => {
    await create("promotion");
    await put("promotion", "two", second, "AWSPENDING");
    const move = new UpdateSecretVersionStageCommand({
      SecretId: "promotion",
      VersionStage: "AWSCURRENT",
      MoveToVersionId: second,
    });
    await expect(client.send(move)).rejects.toBeInstanceOf(InvalidParameterException);
  });

  it("a repeated token with the same value is the same version, with another value refused", async () => {
    await create("repeated");
    await put("repeated", "two", second);
    await put("repeated", "two", second);
    await expect(put("repeated", "other", second)).rejects.toBeInstanceOf(ResourceExistsException);
    expect(await stages("repeated")).toEqual({
      [first]: ["AWSPREVIOUS"],
      [second]: ["AWSCURRENT"],
    });
  });

  it("a stage that is on another version is refused", async () => {
    await create("mismatch");
    const mismatch = get("mismatch", { VersionId: first, VersionStage: "AWSPREVIOUS" });
    await expect(mismatch).rejects.toBeInstanceOf(InvalidRequestException);
  });
});

describe("a deleted secret", () => {
  it("cannot be read until it is restored", async () => {
    await create("deleted");
    await client.send(new DeleteSecretCommand({ SecretId: "deleted", RecoveryWindowInDays: 7 }));
    await expect(get("deleted")).rejects.toBeInstanceOf(InvalidRequestException);
    await expect(get("deleted")).rejects.toThrow(
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
    const described = await client.send(new DescribeSecretCommand({ SecretId: "deleted" }));
    expect(described.DeletedDate).toBeInstanceOf(Date);

    await client.send(new RestoreSecretCommand({ SecretId: "deleted" }));
    expect(await get("deleted")).toMatchObject({ SecretString: "one" });
  });

  it("is gone at once when that is forced", async () => {
    await create("forced");
    const force = { SecretId: "forced", ForceDeleteWithoutRecovery: true };
    await client.send(new DeleteSecretCommand(force));
    await expect(get("forced")).rejects.toBeInstanceOf(ResourceNotFoundException);
    await create("forced", "again");
    expect(await get("forced")).toMatchObject({ SecretString: "again" });
  });
});

describe("AWS's model", () => {
  async function post(target: string, body: string) {
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1" },
      body,
    });
    const { __type, message } = (await response.json()) as { __type: string; message: string };
    return { status: response.status, __type, message };
  }

  it("refuses a request that lacks a required member", async () => {
    expect(await post("secretsmanager.GetSecretValue", "{}")).toEqual({
      status: 400,
      __type: "ValidationException",
      message:
        "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null",
    });
  });

  it.each([
    ["a misspelt member", '{"SecretId":"a","VersionStages":"b"}', "ValidationException"],
    ["a member of the wrong type", '{"SecretId":7}', "SerializationException"],
    ["what is not JSON", "{", "SerializationException"],
  ])("refuses %s", async (_what, body, __type) => {
    expect(await post("secretsmanager.GetSecretValue", body)).toMatchObject({
      status: 400,
      __type,
    });
  });

  it("distinguishes operations that do not exist from those that are not implemented", async () => {
    expect(await post("secretsmanager.StealSecret", "{}")).toMatchObject({
      status: 400,
      __type: "UnknownOperationException",
    });
    expect(await post("secretsmanager.GetRandomPassword", "{}")).toMatchObject({ status: 501 });
  });
});

describe("fault injection", () => {
  it("throttles, fails and disconnects the given number of times", async () => {
    await create("misbehaving");
    server.injectFault({ operation: "GetSecretValue", fault: "throttle" }, 2);
    await expect(get("misbehaving")).rejects.toMatchObject({ name: "ThrottlingException" });
    await expect(get("misbehaving")).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(await get("misbehaving")).toMatchObject({ SecretString: "one" });

    server.injectFault({ fault: "fail" });
    await expect(get("misbehaving")).rejects.toBeInstanceOf(InternalServiceError);
    server.injectFault({ fault: "disconnect" });
    await expect(get("misbehaving")).rejects.toThrow(/hang up|ECONNRESET/);
  });

  it("counts requests by operation", async () => {
    await create("counted");
    server.requests.reset();
    await get("counted");
    expect(server.requests.of("GetSecretValue")).toBe(1);
    expect(server.requests.total()).toBe(1);
  });
});

describe("the secrets' folder", () => {
  it("keeps secrets over a restart, readable by their owner only", async () => {
    const folder = await mkdtemp(join(tmpdir(), "secrets-"));
    const before = await startSecretsManager({ folder });
    const writer = clientOf(before);
    await writer.send(new CreateSecretCommand({ Name: "kept", SecretString: "one" }));
    await writer.send(new PutSecretValueCommand({ SecretId: "kept", SecretString: "two" }));
    writer.destroy();
    await before.stop();
    const { mode } = await stat(join(folder, "secrets.json"));

    const after = await startSecretsManager({ folder });
    const reader = clientOf(after);
    const current = await reader.send(new GetSecretValueCommand({ SecretId: "kept" }));
    reader.destroy();
    await after.stop();

    expect(current.SecretString).toBe("two");
    expect(mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["secrets.json"]);
    await rm(folder, { recursive: true });
  });
});
