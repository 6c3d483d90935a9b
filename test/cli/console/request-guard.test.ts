import { expect, test } from "vitest";
import { refusalOf } from "../../../cli/console/request-guard.ts";

const origin = "http://127.0.0.1:4321";
const guard = { origin, key: "the-key-of-this-start" };
const ours = { host: "127.0.0.1:4321", "sec-fetch-site": "same-origin" };
const withKey = { ...ours, authorization: `Bearer ${guard.key}` };

function statusFor(
  headers: Readonly<Record<string, string>>,
  { method = "GET", needs = "key" }: { method?: string; needs?: "nothing" | "key" } = {},
): number | null {
  return refusalOf({ headers, method }, guard, needs)?.status ?? null;
}

test("the page's own requests with the key are answered", () => {
  expect(statusFor(withKey)).toBeNull();
  expect(statusFor({ ...withKey, origin }, { method: "POST" })).toBeNull();
});

test("without the key, or with another, nothing is told", () => {
  expect(statusFor(ours)).toBe(401);
  expect(statusFor({ ...ours, authorization: "Bearer the-key-of-another-start" })).toBe(401);
  expect(statusFor({ ...ours, authorization: guard.key })).toBe(401);
  expect(statusFor({ ...ours, cookie: `console-key=${guard.key}` })).toBe(401);
});

test.each(["attacker.example:4321", "localhost:4321", "127.0.0.1", "127.0.0.1:80", "[::1]:4321"])(
  "under the name %s nothing is answered, not even the page",
  (host) => {
    expect(statusFor({ ...withKey, host })).toBe(421);
    expect(statusFor({ host }, { needs: "nothing" })).toBe(421);
  },
);

test.each(["cross-site", "same-site"])("a request from a page of a %s is refused", (site) => {
  expect(statusFor({ ...withKey, "sec-fetch-site": site })).toBe(403);
  const asScript = { host: ours.host, "sec-fetch-site": site, "sec-fetch-mode": "no-cors" };
  expect(statusFor(asScript, { needs: "nothing" })).toBe(403);
});

test("a link from elsewhere opens the page, which has nothing to tell without the key", () => {
  const opened = { host: ours.host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  expect(statusFor(opened, { needs: "nothing" })).toBeNull();
  expect(statusFor({ ...opened, authorization: withKey.authorization })).toBe(403);
});

test("an action needs an origin, and that has to be the page's", () => {
  expect(statusFor(withKey, { method: "POST" })).toBe(403);
  for (const foreign of ["null", "http://127.0.0.1:4322", "http://localhost:4321"]) {
    expect(statusFor({ ...withKey, origin: foreign }, { method: "POST" })).toBe(403);
    expect(statusFor({ ...withKey, origin: foreign })).toBe(403);
  }
});
