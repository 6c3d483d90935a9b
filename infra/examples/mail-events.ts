import type { StackProps } from "aws-cdk-lib";
import { App, Stack } from "aws-cdk-lib";
import { EventBus, EventField, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";

interface MailEventsProps extends StackProps {
  /** The deployment's name, which is that of its bus. */
  readonly deployment: string;
  readonly mailTo: string;
}

/** What somebody has to act on. */
const worthAMail = [
  "consent-partial",
  "consent-changed",
  "consent-ending",
  "consent-ended",
  "credentials-rejected",
  "contested",
  "key-expiring",
];

/** Mails one person what becomes of consents and keys. The subscription has to be confirmed from the first mail. */
export class MailEventsStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, mailTo, ...props }: MailEventsProps) {
    super(scope, id, props);
    const topic = new Topic(this, "Mails", { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(mailTo));
    const field = (path: string) => EventField.fromPath(`$.${path}`);
    const text = `${field("detail.connection")}: ${field("detail-type")}, at ${field("detail.at")} (${field("detail.key")}). What to do: docs/consents.md#events.`;
    new Rule(this, "WorthAMail", {
      eventBus: EventBus.fromEventBusName(this, "Bus", deployment),
      eventPattern: { source: ["token-vending"], detailType: worthAMail },
      targets: [new SnsTopic(topic, { message: RuleTargetInput.fromText(text) })],
    });
  }
}

if (import.meta.main) {
  const app = new App();
  const mailTo: unknown = app.node.tryGetContext("mailTo");
  if (typeof mailTo !== "string" || !mailTo.includes("@")) {
    throw new Error("Say -c mailTo=…, for example -c mailTo=payments@example.com.");
  }
  const deployment = String(app.node.tryGetContext("token-vending:name") ?? "token-vending");
  new MailEventsStack(app, "TokenVendingMails", { deployment, mailTo });
}
