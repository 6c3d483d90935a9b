import type { Html } from "./html.ts";

/** What kind of page it is, so that success, theft and a defect are told apart at a glance. */
export type PageTone = "question" | "success" | "part" | "notice" | "warning" | "defect";

/** The strokes of each tone's icon. They differ in form, for people who do not tell the colours apart. */
const strokes: Readonly<Record<PageTone, string>> = {
  question:
    '<circle cx="12" cy="12" r="10"/><path d="M9 9.5a3 3 0 1 1 4.2 2.7c-.8.4-1.2.9-1.2 1.8M12 17.2v.1"/>',
  success: '<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/>',
  part: '<circle cx="12" cy="12" r="10" stroke-dasharray="3.2 2.1"/><path d="m7.5 12.5 3 3 6-6.5"/>',
  notice: '<circle cx="12" cy="12" r="10"/><path d="M12 11v6M12 7.2v.1"/>',
  warning:
    '<path d="M12 2.5 20.5 6v6c0 5-3.6 8.3-8.5 9.7C7.1 20.3 3.5 17 3.5 12V6zM12 7.5v6M12 16.7v.1"/>',
  defect: '<path d="M12 3 22.5 21h-21zM12 9.5v5M12 17.8v.1"/>',
};

/** A picture of the tone, of which the text beside it says as much. */
export function toneIcon(tone: PageTone): Html {
  return {
    markup: `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${strokes[tone]}</svg>`,
  };
}
