import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { expect, test } from "vitest";
import { commands } from "../cli/commands.ts";
import { renderPage } from "../docs/generate/render-page.ts";
import { vendPayload } from "../functions/http/contract.ts";
import { outcomePage } from "../functions/http/pages/outcome-pages.ts";
import { consentOutcomes } from "../functions/http/pages/texts/page-texts.ts";
import { readConsentEnvironment } from "../functions/platform/consent-environment.ts";
import {
  readBusName,
  readEnvironment,
  readStatusEnvironment,
} from "../functions/platform/environment.ts";
import { providerIds } from "../functions/providers/catalogue.ts";
import { statusAttributes, withheldAttributes } from "../functions/store/status-attributes.ts";
import { settingNames } from "../infra/settings.ts";
import { connectionPageSchema, credentialSchema } from "../openapi/answer-schemas.ts";
import packageJson from "../package.json" with { type: "json" };
import { aPageView } from "./support/a-page-view.ts";
import { tableUnder } from "./support/markdown-table.ts";

const root = path.join(import.meta.dirname, "..");
const read = (page: string) => readFileSync(path.join(root, page), "utf8");
const code = (name: string) => `\`${name}\``;
const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test.each(globSync(["*.md", "docs/**/*.md"], { cwd: root }))(
  "%s is as npm run docs writes it: what is generated is what the code says",
  (page) => {
    expect(renderPage(root, read(page))).toBe(read(page));
  },
);

test("the glossary has thirty words at most, each of them used in functions/", () => {
  const words = tableUnder(read("docs/architecture.md"), "## Words", "word").map(([word]) => word);
  const functions = globSync("functions/**/*.ts", { cwd: root }).map(read).join("\n");
  const isUsed = (word: string) => new RegExp(word.replace(" ", "[ -]?"), "i").test(functions);
  expect(words.length).toBeLessThanOrEqual(30);
  expect(new Set(words).size).toBe(words.length);
  expect(words.filter((word) => !isUsed(word))).toEqual([]);
});

test("docs/architecture.md has every attribute of a record, once", () => {
  const rows = tableUnder(read("docs/architecture.md"), "## The record", "attribute");
  const stored = new Set<string>([...statusAttributes, ...withheldAttributes]);
  stored.delete("pk");
  expect(rows.flatMap(([names]) => namesIn(names)).sort()).toEqual([...stored].sort());
});

test("docs/operations.md and docs/consents.md have every event of the log, once, with its level", () => {
  const logged = globSync("functions/**/*.ts", { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/\blog\.(info|warn|error)\(\s*"([\w-]+)"/g)].map(
      ([, level, event = ""]) => `${code(event)} ${level}`,
    ),
  );
  const rows = [
    ...tableUnder(read("docs/operations.md"), "## Looking", "event"),
    ...tableUnder(read("docs/consents.md"), "## The log", "event"),
  ];
  const told = rows.map(([event, level]) => `${event} ${level}`);
  expect(told.sort()).toEqual([...new Set([...logged, "`metrics` info"])].sort());
});

test("an event of the log is written where it happens, so that the tables above have all of them", () => {
  const unnamed = globSync("functions/**/*.ts", { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/\blog(?:\[|\.\w+\(\s*(?!["\s]))[^\n]*/g)].map(
      ([call]) => `${file}: ${call}`,
    ),
  );
  expect(unnamed).toEqual([]);
});

test("docs/architecture.md has every field of a vend request, and its samples are answers", () => {
  const rows = tableUnder(read("docs/architecture.md"), "## What a caller sends and gets", "field");
  expect(rows.map(([field]) => field).sort()).toEqual(
    Object.keys(vendPayload.entries).map(code).sort(),
  );
  const [, section = ""] = read("docs/architecture.md").split("## What a caller sends and gets\n");
  const [vended, listed] = [...section.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) =>
    JSON.parse(text),
  );
  expect(v.parse(credentialSchema, vended)).toEqual(vended);
  expect(v.parse(connectionPageSchema, listed)).toEqual(listed);
});

test("docs/deploying.md has every variable that a function reads, and which functions read it", () => {
  const all = "every function";
  const known = {
    TABLE_NAME: "t",
    SECRET_PREFIX: "p",
    SEALING_KEY: `local:${Buffer.alloc(32).toString("base64")}`,
    PREVIOUS_SEALING_KEY: "",
    SEALING_LAYOUT: "",
    CONSENT_BASE_URL: "https://consents.example",
    CONSENT_CONTACT: "",
    CONSENT_PRIVACY_URL: "",
    CONSENT_LOGO: "",
    CONSENT_TIME_ZONE: "",
  };
  const readBy = (use: (variables: Record<string, string | undefined>) => unknown) => {
    const names: string[] = [];
    const get = (_: object, name: string) => {
      names.push(name);
      return known[name as keyof typeof known] ?? "r";
    };
    use(new Proxy({}, { get }));
    return names;
  };
  const ofRealms = readBy((variables) => readEnvironment(variables, String));
  const ofStatus = readBy((variables) => readStatusEnvironment(variables, () => []));
  const ofConsents = readBy(readConsentEnvironment);
  const ofEvents = readBy(readBusName);
  const readers = (name: string) => {
    if (ofEvents.includes(name)) return "`publish-events`";
    if (name === "CONSENT_BASE_URL") return "`begin-consent`, `complete-consent`, `vend-token`";
    if (ofConsents.includes(name)) return "`begin-consent`, `complete-consent`";
    if (!ofRealms.includes(name)) return "`list-connections`, `publish-events`";
    return ofStatus.includes(name) ? all : "every function of a realm";
  };
  const rows = tableUnder(read("docs/deploying.md"), "## Variables", "variable");
  const names = new Set([...ofRealms, ...ofStatus, ...ofEvents, ...ofConsents]);
  expect(rows.map(([name, by]) => [name, by]).sort()).toEqual(
    [...names].map((name) => [code(name), readers(name)]).sort(),
  );
});

test("docs/deploying.md has every setting of the deployment", () => {
  const names = settingNames.map((name) => code(`token-vending:${name}`));
  const rows = tableUnder(read("docs/deploying.md"), "## 1. Say what you deploy", "name");
  expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
  expect(names.length).toBeGreaterThan(3);
});

test("docs/operations.md has a section for every alarm, and for no other", () => {
  const [, list = ""] =
    /alarmKinds = \[(.*?)\]/s.exec(read("infra/constructs/token-alarm.ts")) ?? [];
  const kinds = [...list.matchAll(/"([\w-]+)"/g)].map(([, kind = ""]) => kind);
  const sections = [...read("docs/operations.md").matchAll(/^### Alarm: (.+)$/gm)];
  expect(sections.map(([, kind]) => kind)).toEqual(kinds);
});

test("docs/operations.md has every command of the command line", () => {
  const rows = tableUnder(read("docs/operations.md"), "## The command line", "command");
  const named = commands.map(({ name, args }) => code(`${name} ${args}`.trim()));
  expect(rows.map(([command]) => command)).toEqual(named);
});

test("docs/consents.md has every page that ends a consent, with its status", () => {
  const pages = consentOutcomes.map((outcome) => {
    const { status, title } = outcomePage({ ...aPageView(), provider: "…" }, outcome);
    return { status, title: title.markup };
  });
  const rows = tableUnder(read("docs/consents.md"), "## What a person sees", "page");
  const granted = ["… asks for access to …", "Access is granted", "Part of the access is granted"];
  expect(rows.map(([title, status]) => `${status} ${title}`).sort()).toEqual(
    [...pages, ...granted.map((title) => ({ status: 200, title }))]
      .map(({ status, title }) => `${status} ${title}`)
      .sort(),
  );
});

test("README.md has every npm script", () => {
  const rows = tableUnder(read("README.md"), "## Commands", "command");
  const named = rows
    .flat()
    .flatMap((cell) => [...cell.matchAll(/`npm (?:run )?([\w:-]+)`/g)])
    .map(([, name = ""]) => name);
  expect(named.sort()).toEqual(Object.keys(packageJson.scripts).sort());
});

test("README.md shows a row for every provider, under the columns that npm start prints", () => {
  const [, sample = ""] = /^ {2}(connection +version .*?)^$/ms.exec(read("README.md")) ?? [];
  const [titles = "", , ...rows] = sample.trimEnd().split("\n");
  expect(rows.map((row) => row.trim().split("/")[0]).sort()).toEqual([...providerIds].sort());
  const printed = read("local/vend-from-all.ts");
  expect(titles.split(/ {2,}/).filter((title) => !printed.includes(`"${title}"`))).toEqual([]);
});
