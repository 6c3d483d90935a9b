import type { IConstruct } from "constructs";
import type { RealmEntry } from "./realm-list.ts";
import { productionRealms, realms } from "./realms.ts";
import type { SettingValues } from "./settings.ts";

/** One deployment: where, which realms, and how it differs from the others. */
interface Stage {
  /** Without it, the account and Region of whoever deploys. */
  readonly env?: { readonly account: string; readonly region: string };
  readonly realms: readonly RealmEntry[];
  readonly settings?: SettingValues;
}

/**
 * `npx cdk deploy --all -c token-vending:stage=production`; without that context it is `dev`. Edit this file and
 * `realms.ts`, nothing else.
 */
export const stages = {
  dev: {
    // settings: { alarmTopicArn: "arn:aws:sns:eu-west-1:000000000000:token-vending-alarms" },
    realms,
  },
  stage: {
    // env: { account: "111111111111", region: "eu-west-1" },
    realms,
  },
  production: {
    // env: { account: "222222222222", region: "eu-west-1" },
    realms: productionRealms,
    settings: {
      deployment: "canary",
      terminationProtection: "on",
    },
  },
} as const satisfies Record<string, Stage>;

/**
 * Throws for a stage that is not one of these, for an account or Region that cannot be, and for a stage without an account
 * that would be deployed to another stage's: `deployer` is the account of whoever deploys, as the CDK's command line says.
 */
export function chosenStage(
  { node }: IConstruct,
  all: Readonly<Record<string, Stage>> = stages,
  deployer: string | undefined = process.env["CDK_DEFAULT_ACCOUNT"],
): Stage & { readonly name: string } {
  const name: unknown = node.tryGetContext("token-vending:stage") ?? "dev";
  const [, stage] = Object.entries(all).find(([each]) => each === name) ?? [];
  if (!stage) {
    const known = Object.keys(all).join(", ");
    throw new Error(
      `The context token-vending:stage must be one of ${known}: infra/stages.ts has them.`,
    );
  }
  checkEnvironment(String(name), stage);
  const owner = deployer && Object.keys(all).find((each) => all[each]?.env?.account === deployer);
  if (!stage.env && owner) {
    throw new Error(
      `infra/stages.ts: account ${deployer} is that of ${owner}, and ${name} names none. ` +
        `Deploy with -c token-vending:stage=${owner}, or give ${name} its env.`,
    );
  }
  return { ...stage, name: String(name) };
}

function checkEnvironment(name: string, { env }: Stage): void {
  if (!env) return;
  const isAccount = /^\d{12}$/.test(env.account);
  if (isAccount && /^[a-z]{2,}(-[a-z]+)+-\d$/.test(env.region)) return;
  const wrong = isAccount ? `region: "${env.region}"` : `account: "${env.account}"`;
  throw new Error(`infra/stages.ts, ${name}: ${wrong} is none. An account has twelve digits.`);
}
