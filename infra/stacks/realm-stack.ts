import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { RealmProps } from "../constructs/realm.ts";
import { Realm } from "../constructs/realm.ts";
import type { StateProps } from "../constructs/shared-state.ts";
import { importSharedState } from "../constructs/shared-state.ts";
import type { AlarmOptions } from "./alarm-topic.ts";
import { alarmSettingsOf } from "./alarm-topic.ts";

interface RealmStackProps extends StackProps, StateProps, Omit<RealmProps, "state" | "alarms"> {
  readonly alarms: AlarmOptions;
}

/** One realm: it is deployed, rolled back and deleted without the others. */
export class RealmStack extends Stack {
  readonly realm: Realm;

  constructor(scope: Construct, id: string, { alarms, ...props }: RealmStackProps) {
    super(scope, id, props);
    const state = importSharedState(this, props);
    this.realm = new Realm(this, props.realm.name, {
      ...{ ...props, state, alarms: alarmSettingsOf(this, alarms) },
    });
  }
}
