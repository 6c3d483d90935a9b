import type { OperatorAction } from "../operator-action.ts";
import type { Breaking, BreakName } from "../snapshot.ts";
import type { RowItem } from "./connection-row.ts";
import { byId, listenTo, make } from "./dom.ts";
import type { OfferedAction } from "./row-menu.ts";

const labels: Readonly<Record<BreakName, string>> = {
  slow: "Provider answers slowly",
  throttle: "Provider throttles",
  down: "Provider is down",
  mend: "Provider is well again",
  revoke: "Revoke the credential",
  rotate: "Rotate the secret",
  kill: "Kill the lease's holder",
  "short-lives": "Tokens of 30 seconds",
  call: "Call as a consumer",
};

/** What can be broken of a realm's provider. */
export function breaksFor(breaking: Breaking | null, realm: string): RowItem["breaks"] {
  const breakable = breaking?.realms.find((one) => one.realm === realm);
  if (!breakable) return { trouble: null, offered: [] };
  const offered = breakable.can.map(
    (how): OfferedAction => ({
      label: labels[how],
      question: null,
      action: () => ({ act: "break", realm, how }),
    }),
  );
  return { trouble: breakable.trouble, offered };
}

/** The switch for the simulated consumers. */
export function openBreaking(perform: (action: OperatorAction) => void) {
  const section = byId("breaking", HTMLElement);
  const box = make("input", { type: "checkbox" });
  listenTo(box, { change: () => perform({ act: "callers", isOn: box.checked }) });
  section.append(
    make("h2", {}, "Local stack"),
    make("label", { class: "check" }, box, " Simulated consumers call every connection"),
    make(
      "p",
      { class: "quiet" },
      "“Break” at a connection makes its simulated provider fail. Nothing here leaves this machine.",
    ),
  );
  return {
    update(breaking: Breaking | null): void {
      section.hidden = breaking === null;
      box.checked = breaking?.hasCallers ?? false;
    },
  };
}
