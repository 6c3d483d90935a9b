import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { describeRoute } from "../constructs/api-route.ts";
import { ApiStage } from "../constructs/api-stage.ts";
import type { ConsentDomainProps } from "../constructs/consent-domain.ts";
import { ConsentDomain } from "../constructs/consent-domain.ts";
import { ConsentStage } from "../constructs/consent-stage.ts";
import { CoreParameters } from "../constructs/core-parameters.ts";
import { FirewalledConsentHost } from "../constructs/firewalled-consent-host.ts";
import { FirewalledConsentStage } from "../constructs/firewalled-consent-stage.ts";
import type { Realm } from "../constructs/realm.ts";
import type { VendingCore } from "../constructs/vending-core.ts";
import type { DeploymentNames } from "../deployment-names.ts";

interface ApiStageStackProps extends StackProps {
  readonly names: DeploymentNames;
  readonly core: VendingCore;
  readonly realms: readonly Realm[];
  readonly consentDomain?: ConsentDomainProps | undefined;
}

/** Serves the paths of all realms, which exist when it is deployed: the stages of the API and of the consent host. */
export class ApiStageStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiStageStackProps) {
    super(scope, id, props);
    const { names, core, realms, consentDomain } = props;
    const parameters = new CoreParameters(names);
    if (core.api) {
      const routes = realms.flatMap(({ paths }) => paths?.routes.map(describeRoute) ?? []);
      // Sorted: the order in which realms are listed changes nothing.
      const contents = [...core.api.describe(), routes.map((each) => JSON.stringify(each)).sort()];
      new ApiStage(this, "VendingApi", { parameters, contents });
    }
    const host = core.consentHost;
    if (!host) return;
    const asking = realms.filter(({ consents }) => consents).map(({ realmName }) => realmName);
    const common = { parameters, realms: asking.sort() };
    const { stage } =
      host instanceof FirewalledConsentHost
        ? new FirewalledConsentStage(this, "FirewalledConsentHost", {
            ...{ ...common, contents: host.contents },
          })
        : new ConsentStage(this, "ConsentHost", common);
    if (!consentDomain) return;
    const apiId = parameters.read(this, "consents/id");
    new ConsentDomain(this, "ConsentDomain", { ...consentDomain, apiId, stage });
  }
}
