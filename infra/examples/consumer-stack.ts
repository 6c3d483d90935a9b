import path from "node:path";
import type { StackProps } from "aws-cdk-lib";
import { CfnOutput, Duration, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { bundle } from "../bundle.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { liveAlias } from "../deployment-names.ts";
import type { TokenVending } from "../token-vending.ts";

interface ConsumerStackProps extends StackProps {
  readonly vending: TokenVending;
  /** Where the function's bundle is written. */
  readonly bundlesFolder: string;
  /** The address that the function calls with the token. */
  readonly confermaApi: string;
}

const entry = "call-conferma";

/** A team's function that calls Conferma. It may vend from that realm and has no other permission on token vending. */
export class ConsumerStack extends Stack {
  constructor(scope: Construct, id: string, props: ConsumerStackProps) {
    const { vending, bundlesFolder, confermaApi, ...stack } = props;
    super(scope, id, stack);
    bundle(`infra/examples/${entry}.ts`, path.join(bundlesFolder, entry));
    const conferma = vending.realm("conferma/sandbox");
    const consumer = new BundledFunction(this, "CallConferma", {
      entry,
      bundlesFolder,
      description: "Calls Conferma with the current token",
      timeout: Duration.seconds(35),
      memorySize: 256,
      environment: {
        VEND_CONFERMA: `${vending.names.realmFunction("conferma/sandbox", "vend-token")}:${liveAlias}`,
        CONFERMA_API: confermaApi,
      },
    });
    conferma.grantVend(consumer);
    new CfnOutput(this, "CallConfermaName", { value: consumer.functionName });
  }
}
