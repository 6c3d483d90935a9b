import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { RealmProps } from "../constructs/realm.ts";
import { Realm } from "../constructs/realm.ts";
import type { StateProps } from "../constructs/shared-state.ts";
import { importSharedState } from "../constructs/shared-state.ts";
import { topicOf } from "./alarm-topic.ts";

interface RealmStackProps extends StackProps, StateProps, Omit<RealmProps, "state" | "notify"> {
  readonly alarmTopicArn: string | undefined;
}

/** One realm: it is deployed, rolled back and deleted without the others. */
export class RealmStack extends Stack {
  readonly realm: Realm;

  constructor(scope: Construct, id: string, { alarmTopicArn, ...props }: RealmStackProps) {
    super(scope, id, props);
    const state = importSharedState(this, props);
    const notify = topicOf(this, alarmTopicArn);
    this.realm = new Realm(this, props.realm.name, { ...props, state, notify });
  }
}
