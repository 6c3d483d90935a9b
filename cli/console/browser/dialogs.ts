import type { ActionResult } from "../snapshot.ts";
import { byId, listenTo, make, makeButton } from "./dom.ts";

/** What a dialog asks for. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The label of the button that goes on. */
  readonly verb: string;
  /** Whether somebody has to say why. */
  readonly wantsReason?: boolean;
}

/** Asks in a dialog. Null if the person thinks better of it; otherwise the reason, or an empty text. */
export function confirmInDialog(question: Question): Promise<string | null> {
  const { title, text, verb, wantsReason = false } = question;
  const reason = make("input", {
    id: "reason",
    required: "",
    maxlength: "200",
    autocomplete: "off",
  });
  const label = make("label", { class: "stacked" }, "Why? Whoever is refused reads it.", reason);
  const go = make("button", { type: "submit", class: "primary" }, verb);
  const back = makeButton("Cancel", {}, () => close(dialog()));
  const form = make(
    "form",
    { method: "dialog" },
    make("h2", { id: "dialog-title" }, title),
    make("p", {}, text),
    wantsReason ? label : null,
    make("div", { class: "buttons" }, back, go),
  );
  return new Promise((resolve) => {
    let answer: string | null = null;
    const accept = () => {
      answer = wantsReason ? reason.value.trim() : "";
    };
    listenTo(form, { submit: accept });
    open(form, () => resolve(answer));
  });
}

/** Shows a one-time link. When the dialog is closed, nothing on the page has it any more. */
export function showLinkOnce(text: string, { url, expiresAt }: ActionResult["link"] & {}): void {
  const field = make("input", { readonly: "", "aria-label": "The link", value: url });
  const copied = make("span", { role: "status", class: "quiet" });
  const copy = makeButton("Copy", { class: "primary" }, () => {
    field.select();
    void navigator.clipboard.writeText(url).then(
      () => copied.replaceChildren("Copied."),
      () => copied.replaceChildren("Press Ctrl+C to copy."),
    );
  });
  const end = new Date(expiresAt).toLocaleTimeString();
  open(
    make(
      "form",
      { method: "dialog" },
      make("h2", { id: "dialog-title" }, "This link is shown once"),
      make("p", {}, `${text} It works once, in one browser, until ${end}.`),
      make("p", {}, "Send it to that person only, where nobody else reads: who opens it consents."),
      field,
      make("div", { class: "buttons" }, copied, copy, make("button", { type: "submit" }, "Close")),
    ),
    () => undefined,
  );
}

function dialog(): HTMLDialogElement {
  return byId("dialog", HTMLDialogElement);
}

function close(opened: HTMLDialogElement): void {
  opened.close();
}

function open(content: HTMLElement, onClose: () => void): void {
  const opened = dialog();
  opened.replaceChildren(content);
  const closed = () => {
    opened.replaceChildren();
    onClose();
  };
  opened.addEventListener("close", closed, { once: true });
  opened.showModal();
}
