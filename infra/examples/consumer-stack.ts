import path from "node:path";
import type { StackProps } from "aws-cdk-lib";
import { CfnOutput, Duration, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { bundle } from "../bundle.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import type { TokenVending } from "../constructs/token-vending.ts";

interface ConsumerStackProps extends StackProps {
  readonly vending: TokenVending;
  /** Where its bundle is put. */
  readonly bundlesFolder: string;
  /** What it calls with the token. */
  readonly confermaApi: string;
}

const entry = "call-conferma";

/** A team's Lambda that calls Conferma. It may vend from that realm, and nothing else of ours is known to it. */
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
        VEND_CONFERMA: conferma.vendToken.functionName,
        CONFERMA_API: confermaApi,
      },
    });
    conferma.grantVend(consumer);
    new CfnOutput(this, "CallConfermaName", { value: consumer.functionName });
  }
}
