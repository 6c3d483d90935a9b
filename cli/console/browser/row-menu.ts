import type { OperatorAction } from "../operator-action.ts";
import type { ShownConnection } from "../snapshot.ts";
import type { Question } from "./dialogs.ts";
import { listenTo, make, makeButton } from "./dom.ts";

/** An action that a person may choose for a connection, and what is asked before. */
export interface OfferedAction {
  readonly label: string;
  readonly question: Question | null;
  /** `reason`: the answer to the question. */
  action(reason: string): OperatorAction;
}

export type Choose = (offered: OfferedAction) => void;

/** What the command line can do with a connection as it now is. */
export function actionsFor(shown: ShownConnection): OfferedAction[] {
  const { connection, version, state, frozen, consent } = shown;
  return [
    {
      label: "Vend",
      question: {
        title: `Vend from ${connection}?`,
        text: "As a caller would: if there is no usable token, the provider is asked for one. The token is not shown.",
        verb: "Vend",
      },
      action: () => ({ act: "vend", connection }),
    },
    ...(version > 0 && state !== "frozen" ? [rejecting(shown)] : []),
    ...(state === "consent-required" || consent ? [linking(shown)] : []),
    ...(consent ? [disconnecting(shown)] : []),
    ...(frozen ? [thawing(shown)] : [freezing(shown, "connection"), freezing(shown, "realm")]),
  ];
}

function rejecting({ connection, version }: ShownConnection): OfferedAction {
  return {
    label: `Reject version ${version}`,
    question: {
      title: `Reject version ${version} of ${connection}?`,
      text: "This says that the provider has refused it. A new token is requested; where that revokes the old one, callers have to fetch it.",
      verb: "Reject it",
    },
    action: () => ({ act: "reject", connection, version }),
  };
}

function linking({ connection }: ShownConnection): OfferedAction {
  return {
    label: "Make a consent link",
    question: {
      title: `Make a link for ${connection}?`,
      text: "Whoever opens it consents; the consent of another person is not replaced. It is shown once, here.",
      verb: "Make the link",
    },
    action: () => ({ act: "consent", connection }),
  };
}

function disconnecting({ connection }: ShownConnection): OfferedAction {
  return {
    label: "Disconnect",
    question: {
      title: `End the consent to ${connection}?`,
      text: "Nothing is vended from it until somebody consents again.",
      verb: "End the consent",
    },
    action: () => ({ act: "disconnect", connection }),
  };
}

function freezing(shown: ShownConnection, of: "connection" | "realm"): OfferedAction {
  const target = shown[of];
  return {
    label: of === "realm" ? "Freeze its realm" : "Freeze",
    question: {
      title: `Freeze ${target}?`,
      text: `Within 30 s no process vends or renews ${of === "realm" ? "any of its connections" : "it"} any more, until it is thawed.`,
      verb: "Freeze",
      wantsReason: true,
    },
    action: (reason) => ({ act: "freeze", target, reason }),
  };
}

function thawing({ connection, realm, frozen }: ShownConnection): OfferedAction {
  const target = frozen?.of === "realm" ? realm : connection;
  return {
    label: `Thaw ${frozen?.of === "realm" ? "its realm" : ""}`.trim(),
    question: {
      title: `Thaw ${target}?`,
      text: "It is vended and renewed again.",
      verb: "Thaw",
      wantsReason: true,
    },
    action: (reason) => ({ act: "thaw", target, reason }),
  };
}

/** A button that opens a list of actions; Escape, a choice or a click elsewhere closes it. */
export function actionMenu(label: string, name: string, choose: Choose) {
  const list = make("ul");
  const summary = make("summary", { "aria-label": `${label}: ${name}` }, label);
  const element = make("details", { class: "menu" }, summary, list);
  let drawn = "";
  listenTo(element, {
    keydown: (event) => {
      if (!(event instanceof KeyboardEvent) || event.key !== "Escape") return;
      element.open = false;
      summary.focus();
    },
  });
  return {
    element,
    update(offered: readonly OfferedAction[]): void {
      const key = offered.map((each) => each.label).join();
      element.hidden = offered.length === 0;
      // What is chosen has to be what was offered, and not what came in its place.
      if (key === drawn || element.open) return;
      drawn = key;
      const items = offered.map((each) =>
        makeButton(each.label, {}, () => {
          element.open = false;
          summary.focus();
          choose(each);
        }),
      );
      list.replaceChildren(...items.map((item) => make("li", {}, item)));
    },
  };
}

/** Closes open menus when the person turns to something else. */
export function closeMenusOutside(): void {
  const close = (event: Event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  };
  listenTo(document, { click: close, focusin: close });
}
