import { App, CfnOutput, Stack } from "aws-cdk-lib";
import {
  OidcProviderNative,
  PolicyStatement,
  Role,
  WebIdentityPrincipal,
} from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

interface DeployRoleProps {
  /** `owner/name` at GitHub. */
  readonly repository: string;
  /** The environment of the repository whose jobs may deploy; its reviewers approve them. */
  readonly stage: string;
  /** Whether the account has a provider for GitHub already: it can have only one. */
  readonly hasProvider: boolean;
}

const host = "token.actions.githubusercontent.com";
const audience = "sts.amazonaws.com";

/**
 * The role that `pipeline.yml` deploys one stage with, without any stored key. It may do nothing but assume the roles that
 * `cdk bootstrap` has made in this account and Region.
 */
export class DeployRoleStack extends Stack {
  constructor(scope: Construct, id: string, { repository, stage, hasProvider }: DeployRoleProps) {
    super(scope, id);
    const url = `https://${host}`;
    const providerArn = hasProvider
      ? this.formatArn({
          service: "iam",
          region: "",
          resource: "oidc-provider",
          resourceName: host,
        })
      : new OidcProviderNative(this, "GitHub", { url, clientIds: [audience] }).oidcProviderArn;
    const role = new Role(this, "Deploy", {
      description: `Deploys token vending from ${repository}`,
      assumedBy: new WebIdentityPrincipal(providerArn, {
        StringEquals: {
          [`${host}:aud`]: audience,
          [`${host}:sub`]: `repo:${repository}:environment:${stage}`,
        },
      }),
    });
    const bootstrapped = this.formatArn({
      ...{ service: "iam", region: "", resource: "role" },
      resourceName: `cdk-hnb659fds-*-role-${this.account}-${this.region}`,
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [bootstrapped] }),
    );
    new CfnOutput(this, "DeployRoleArn", { value: role.roleArn });
  }
}

if (import.meta.main) {
  const app = new App();
  const text = (name: string) => {
    const value: unknown = app.node.tryGetContext(name);
    if (typeof value === "string" && /^[\w./-]+$/.test(value)) return value;
    throw new Error(`Say -c ${name}=…, for example -c repository=acme/token-vending -c stage=dev.`);
  };
  const [repository, stage] = [text("repository"), text("stage")];
  const hasProvider = app.node.tryGetContext("provider") === "exists";
  new DeployRoleStack(app, "TokenVendingDeployRole", { repository, stage, hasProvider });
}
