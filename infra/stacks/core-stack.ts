import type { StackProps } from "aws-cdk-lib";
import { Fn, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { StateProps } from "../constructs/shared-state.ts";
import { importSharedTable, importTableStream } from "../constructs/shared-state.ts";
import type { VendingCoreProps } from "../constructs/vending-core.ts";
import { VendingCore } from "../constructs/vending-core.ts";
import type { AlarmOptions } from "./alarm-topic.ts";
import { alarmSettingsOf } from "./alarm-topic.ts";

interface CoreStackProps
  extends StackProps,
    StateProps,
    Omit<VendingCoreProps, "table" | "tableStream" | "alarms"> {
  readonly alarms: AlarmOptions;
}

/** What the realms share. It can be deleted, after their stacks, and deployed again without losing a token. */
export class CoreStack extends Stack {
  readonly core: VendingCore;

  constructor(scope: Construct, id: string, props: CoreStackProps) {
    super(scope, id, props);
    // CDK leaves "Default" out of logical ids: the API and the consent host of earlier releases keep their addresses.
    this.core = new VendingCore(this, "Default", {
      ...props,
      table: importSharedTable(this, props),
      tableStream: importTableStream(this, props),
      alarms: alarmSettingsOf(this, props.alarms),
    });
  }

  /** CDK would look up the zones of a given account, which needs credentials and a network. */
  override get availabilityZones(): string[] {
    return [0, 1].map((at) => Fn.select(at, Fn.getAzs()));
  }
}
