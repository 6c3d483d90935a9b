import { CfnOutput } from "aws-cdk-lib";
import { CfnApiMapping, CfnDomainName } from "aws-cdk-lib/aws-apigatewayv2";
import { CfnRecordSet } from "aws-cdk-lib/aws-route53";
import type { IConstruct } from "constructs";
import { Construct } from "constructs";

/** A domain of one's own for the consent pages, so that their address outlives the stacks. */
export interface ConsentDomainProps {
  /** `consent.example.com` */
  readonly name: string;
  /** A certificate of ACM for that name, in the Region of the stacks. */
  readonly certificateArn: string;
  /** Of Route 53, in this account; without it, point the name to the output `ConsentDomainTarget`. */
  readonly hostedZoneId?: string | undefined;
}

interface StageRef {
  readonly apiId: string;
  readonly stage: IConstruct & { readonly stageName: string };
}

/** The domain, in front of the stage of either consent host. */
export class ConsentDomain extends Construct {
  constructor(scope: Construct, id: string, props: ConsentDomainProps & StageRef) {
    super(scope, id);
    const { name, certificateArn, hostedZoneId, apiId, stage } = props;
    const domain = new CfnDomainName(this, "Name", {
      domainName: name,
      domainNameConfigurations: [
        { certificateArn, endpointType: "REGIONAL", securityPolicy: "TLS_1_2" },
      ],
    });
    const mapping = new CfnApiMapping(this, "Mapping", {
      ...{ apiId, stage: stage.stageName },
      domainName: domain.ref,
    });
    mapping.node.addDependency(stage);
    const { attrRegionalDomainName: dnsName, attrRegionalHostedZoneId } = domain;
    if (hostedZoneId) {
      const aliasTarget = { dnsName, hostedZoneId: attrRegionalHostedZoneId };
      new CfnRecordSet(this, "Record", { hostedZoneId, name, type: "A", aliasTarget });
      return;
    }
    new CfnOutput(this, "ConsentDomainTarget", {
      description: `Point ${name} to this, by a CNAME record`,
      value: dnsName,
    });
  }
}
