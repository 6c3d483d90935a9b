import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { vendOnlyAlias, withLinksAlias } from "../../functions/http/contract.ts";
import type { DeploymentNames, RealmFunctionName } from "../deployment-names.ts";
import { liveAlias } from "../deployment-names.ts";
import type { ListedRealm } from "../realm-list.ts";
import { grantInvoke, refuseOtherAccounts } from "./account-grants.ts";
import { allowFreezing } from "./freeze-permissions.ts";
import { grantPuttingSecrets } from "./permissions.ts";
import type { SharedState } from "./shared-state.ts";
import type { VendingApi } from "./vending-api.ts";

export interface RealmGrantsProps {
  readonly realm: ListedRealm;
  readonly names: DeploymentNames;
  readonly state: SharedState;
  /** The core's API, if there is one; callers can always invoke the function. */
  readonly api?: VendingApi | undefined;
  /** For consent realms only. */
  readonly consents?: object | undefined;
}

/**
 * What may be granted to others of one realm. Names alone decide, so that no stack depends on another. A grant works or
 * throws with what to do; what vends or asks for consents by invocation may be granted to other accounts, too, which have
 * to allow it on their side.
 */
export abstract class RealmGrants extends Construct {
  abstract readonly live: Construct;
  abstract readonly vendOnly: Construct;
  abstract readonly withLinks: Construct | undefined;
  abstract readonly consents:
    | { readonly beginConsent: Construct; readonly completeConsent: Construct }
    | undefined;
  /** `provider/environment` */
  readonly realmName: string;
  protected readonly names: DeploymentNames;
  private readonly api: VendingApi | undefined;
  private readonly table: SharedState["table"];
  private readonly hasConsents: boolean;

  constructor(scope: Construct, id: string, props: RealmGrantsProps) {
    super(scope, id);
    this.realmName = props.realm.name;
    this.names = props.names;
    this.api = props.api;
    this.table = props.state.table;
    this.hasConsents = props.consents !== undefined;
  }

  /** Grants vending from this realm and reporting rejections, by invoking its function or the alias. */
  grantVend(grantee: IGrantable): Grant {
    const name = this.nameOf("vend-token");
    return grantInvoke(grantee, this, { names: [name, `${name}:${liveAlias}`], target: this.live });
  }

  /** Grants vending from this realm without reporting rejections, by invoking the alias `vend-only`. */
  grantVendOnly(grantee: IGrantable): Grant {
    const name = `${this.nameOf("vend-token")}:${vendOnlyAlias}`;
    return grantInvoke(grantee, this, { names: [name], target: this.vendOnly });
  }

  /**
   * Grants vending, reporting rejections and, with `consent-required`, a link for the person, by invoking the alias
   * `with-links`.
   */
  grantVendWithLinks(grantee: IGrantable): Grant {
    this.requireConsents();
    const name = `${this.nameOf("vend-token")}:${withLinksAlias}`;
    return grantInvoke(grantee, this, { names: [name], target: this.withLinks });
  }

  /** Grants the same over the API, for one account or for all, and asking what came of a link. */
  grantVendWithLinksOverApi(grantee: IGrantable, account = "*"): Grant {
    this.requireConsents();
    const path = `/v1/tokens/${this.realmName}/${account}`;
    const progress = `/v1/consents/${this.realmName}/${account}/*`;
    return this.requireApi().grant(
      grantee,
      ["POST", `${path}/rejections`],
      ["POST", `${path}/with-link`],
      ["GET", progress],
    );
  }

  /** Grants vending from this realm and reporting rejections over the API, for one account or for all. */
  grantVendOverApi(grantee: IGrantable, account = "*"): Grant {
    const rejections = `/v1/tokens/${this.realmName}/${account}/rejections`;
    return this.requireApi().grant(grantee, this.vendPath(account), ["POST", rejections]);
  }

  /** Grants vending from this realm over the API without reporting rejections, for one account or for all. */
  grantVendOnlyOverApi(grantee: IGrantable, account = "*"): Grant {
    return this.requireApi().grant(grantee, this.vendPath(account));
  }

  /**
   * Grants freezing and thawing this realm and its connections (`npm run vend -- freeze`): reading and writing that one
   * attribute of the realm's items. Throws for a grantee without policies of its own.
   */
  grantFreeze(grantee: IGrantable): void {
    refuseOtherAccounts(grantee, this, "Freezing");
    for (const statement of allowFreezing(this.table, this.realmName)) {
      const { statementAdded } = grantee.grantPrincipal.addToPrincipalPolicy(statement);
      if (!statementAdded)
        throw new Error(`Freezing cannot be granted to ${grantee.grantPrincipal}.`);
    }
  }

  /** Grants creating consent links, by invoking the function that creates them. */
  grantBeginConsent(grantee: IGrantable): Grant {
    this.requireConsents();
    const target = this.consents?.beginConsent;
    return grantInvoke(grantee, this, { names: [this.nameOf("begin-consent")], target });
  }

  /** Grants creating consent links over the API, for one account or for all, and asking what came of them. */
  grantBeginConsentOverApi(grantee: IGrantable, account = "*"): Grant {
    this.requireConsents();
    const path = `/v1/consents/${this.realmName}/${account}`;
    return this.requireApi().grant(grantee, ["POST", path], ["GET", `${path}/*`]);
  }

  /** Grants disconnecting consents, and submitting authorization codes that were copied by hand. */
  grantCompleteConsent(grantee: IGrantable): Grant {
    this.requireConsents();
    const target = this.consents?.completeConsent;
    return grantInvoke(grantee, this, { names: [this.nameOf("complete-consent")], target });
  }

  /**
   * Grants putting, checking and rotating this realm's secrets (`npm run vend -- secret`), but reading none: the realm's
   * `renew-tokens` tries them. Who may invoke that may have it seal anew (`reseal`), too.
   */
  grantSecretOperator(grantee: IGrantable): Grant {
    const secrets = grantPuttingSecrets(grantee, this, this.names.secretPrefix(this.realmName));
    return grantInvoke(grantee, this, { names: [this.nameOf("renew-tokens")] }).combine(secrets);
  }

  private vendPath(account: string) {
    return ["GET", `/v1/tokens/${this.realmName}/${account}`] as const;
  }

  private nameOf(entry: RealmFunctionName): string {
    return this.names.realmFunction(this.realmName, entry);
  }

  private requireConsents(): void {
    if (this.hasConsents) return;
    throw new Error(`${this.realmName}: this provider needs no consent.`);
  }

  private requireApi(): VendingApi {
    if (this.api) return this.api;
    throw new Error(`${this.realmName}: there is no API in this deployment.`);
  }
}
