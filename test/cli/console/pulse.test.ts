import { expect, test } from "vitest";
import { pulseOf } from "../../../cli/console/browser/pulse.ts";

const at = "2026-11-20T10:00:00.000Z";

test.each([
  [null, "No status yet", "warning"],
  ["2026-11-20T09:59:58.000Z", "Live", "good"],
  ["2026-11-20T09:59:30.000Z", "Live", "good"],
  ["2026-11-20T09:59:29.000Z", "Status of 31 s ago", "warning"],
  ["2026-11-20T08:00:00.000Z", "Status of 2 h ago", "warning"],
])("a status that was read at %s is called: %s", (readAt, text, tone) => {
  expect(pulseOf({ at, readAt })).toEqual({ text, tone });
});
