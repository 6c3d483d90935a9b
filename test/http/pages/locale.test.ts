import { describe, expect, test } from "vitest";
import {
  durationInWords,
  instantInWords,
  localeFor,
} from "../../../functions/http/pages/locale.ts";

describe("a page's language", () => {
  test.each([
    ["", "en", "en-GB"],
    ["de", "de", "de-DE"],
    ["de-AT,de;q=0.9,en;q=0.8", "de", "de-AT"],
    ["DE-at", "de", "de-AT"],
    ["en;q=0.3, lt;q=0.7", "lt", "lt-LT"],
    ["nl, fr-CH;q=0.5", "fr", "fr-CH"],
    ["nl-NL, sv", "en", "en-GB"],
    ["*", "en", "en-GB"],
    ["en;q=0, *", "de", "de-DE"],
    ["de;q=0, de-AT;q=0", "en", "en-GB"],
    ["de;q=0.0, en;q=0.1", "en", "en-GB"],
    ["pt-BR", "pt", "pt-BR"],
    ["es-419", "es", "es-419"],
    ["zh-Hant-TW, es", "es", "es-ES"],
    ["fr;q=1.000, de", "fr", "fr-FR"],
    ["en-US-u-ca-buddhist", "en", "en-US"],
    ["<script>, ;;;q=, lt;q=x, ,", "en", "en-GB"],
    [`${"nl,".repeat(400)}de`, "en", "en-GB"],
  ])("of a person who reads %j is %s, with usage of %s", (header, language, tag) => {
    expect(localeFor(header)).toEqual({ language, tag });
  });
});

const instant = new Date("2026-12-20T10:05:00.000Z");

describe("an instant", () => {
  test.each([
    ["en", "UTC", "20 December 2026 at 10:05 (Coordinated Universal Time)"],
    ["en-US", "America/New_York", "December 20, 2026 at 5:05 AM (Eastern Standard Time)"],
    ["de", "Europe/Berlin", "20. Dezember 2026 um 11:05 (Mitteleuropäische Normalzeit)"],
    ["lt", "Europe/Vilnius", "2026 m. gruodžio 20 d. 12:05 (Rytų Europos žiemos laikas)"],
  ])("in %s by the time of %s has its zone's name: %s", (header, timeZone, words) => {
    const text = instantInWords(instant, localeFor(header), timeZone);
    expect(text.replace(/[\u00a0\u202f]/g, " ")).toBe(words);
  });
});

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

describe("a duration", () => {
  test.each([
    [0, "en", "1 minute"],
    [9.9 * minutes, "en", "9 minutes"],
    [119 * minutes, "en", "119 minutes"],
    [2 * hours, "en", "2 hours"],
    [47 * hours, "de", "47 Stunden"],
    [2 * days, "fr", "2 jours"],
    [7 * days, "es", "7 días"],
    [7 * days, "pt", "7 dias"],
    [10 * minutes, "lt", "10 minučių"],
    [9 * minutes, "lt", "9 minutės"],
  ])("of %s ms in %s is %s", (ms, header, words) => {
    expect(durationInWords(ms, localeFor(header)).replace(/[\u00a0\u202f]/g, " ")).toBe(words);
  });
});
