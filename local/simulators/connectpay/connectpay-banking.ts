import { html, pageReply } from "../kit/html.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { formOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { ConsentClient } from "../oauth/consent-clients.ts";
import type { LoginFlow } from "../oauth/login-flow.ts";
import { seeOther } from "../oauth/login-flow.ts";
import type { ConnectPayAuthorization } from "./connectpay-authorize.ts";
import { codeFor, psd2Scopes } from "./connectpay-authorize.ts";

export interface ConnectPayBanking extends Pick<ConnectPayAuthorization, "consents" | "codes"> {
  readonly loginFlow: LoginFlow;
  clients(): readonly ConsentClient[];
}

/** Online banking › Settings › Open API, where a user copies an authCode for an application. */
export const openApiSettingsPath = "/online-banking/settings/open-api";

export function bankingRoute(
  { journal }: SimulatorContext,
  banking: ConnectPayBanking,
): SimulatedRoute {
  return {
    name: "banking",
    methods: ["GET", "POST"],
    path: openApiSettingsPath,
    handle(request) {
      const chosen = formOf(request)?.get("application");
      const client = banking.clients().find(({ clientId }) => clientId === chosen);
      if (client === undefined) return applicationsPage(banking.clients());
      const { clientId, name } = client;
      const path = banking.loginFlow.start({
        clientName: name,
        choices: psd2Scopes,
        allow: (decision) => codePage(name, codeFor(banking, clientId, decision)),
        deny() {
          journal.record({ kind: "deny", clientId });
          return seeOther(openApiSettingsPath);
        },
      });
      return seeOther(path);
    },
  };
}

function applicationsPage(clients: readonly ConsentClient[]): SimulatedReply {
  return pageReply(
    200,
    "Settings: Open API",
    html`<p>An application that cannot send you here itself needs a code. Choose it, log in and
copy the code.</p>
<form method="post">
<label for="application">Application</label>
<select id="application" name="application">
${clients.map(({ clientId, name }) => html`<option value="${clientId}">${name}</option>`)}
</select>
<button>Make a code</button>
</form>`,
  );
}

function codePage(clientName: string, code: string): SimulatedReply {
  return pageReply(
    200,
    "Your code",
    html`<p>Copy this code into ${clientName}. It can be used once, within 24 hours.</p>
<p><code>${code}</code></p>`,
  );
}
