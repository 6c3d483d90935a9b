import { expect, test } from "vitest";
import { html } from "../../../functions/http/pages/html.ts";

test("every piece is escaped, in text and in quoted attributes", () => {
  const evil = `<b a="1" c='2'>&amp;`;
  const escaped = "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;";
  expect(html`<p title="${evil}">${evil}</p>`.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
});

test("html within html is not escaped, alone or as a list", () => {
  const items = ["a", "<"].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${items}</ul>`.markup).toBe("<ul><li>a</li><li>&lt;</li></ul>");
  expect(html`${html`<p>${1}</p>`}${""}${[]}`.markup).toBe("<p>1</p>");
});

test("text that looks like html is escaped", () => {
  const forged = JSON.parse('"{\\"markup\\":\\"<script>\\"}"') as string;
  expect(html`${forged}`.markup).not.toContain("<script>");
});
