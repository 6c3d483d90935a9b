import type { Language } from "./texts/page-texts.ts";
import { languages } from "./texts/page-texts.ts";

/** In which language a page is written, and how that language's dates and numbers are where the person is. */
export interface PageLocale {
  readonly language: Language;
  /** A tag for `Intl`: `en-NZ`. */
  readonly tag: string;
}

/** The region whose usage the texts follow, for a person who names none. */
const usualTags: Readonly<Record<Language, string>> = {
  en: "en-GB",
  de: "de-DE",
  fr: "fr-FR",
  es: "es-ES",
  pt: "pt-PT",
  lt: "lt-LT",
};

/** Of a header that is longer than any browser's, the rest is ignored. */
const maxHeaderLength = 500;

/** The preferred one of the pages' languages (RFC 9110 §12.5.4, RFC 4647 §3.4); English where none is. */
export function localeFor(acceptLanguage: string): PageLocale {
  const ranges = acceptLanguage.slice(0, maxHeaderLength).split(",").map(readRange);
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ name }) => name));
  const offered = languages.filter((language) => !refused.has(language));
  // Sorting is stable: equal weights are taken in the order given.
  for (const { name, region } of ranges.toSorted((a, b) => b.weight - a.weight)) {
    const language = offered.find((each) => each === name || name === "*");
    if (language) return { language, tag: region ? `${language}-${region}` : usualTags[language] };
  }
  return { language: "en", tag: usualTags.en };
}

interface LanguageRange {
  readonly name: string;
  readonly region: string;
  readonly weight: number;
}

const rangeShape =
  /^(?<name>\*|[a-z]{2,3})(-[a-z]{4})?(-(?<region>[a-z]{2}|\d{3}))?(-[a-z\d-]+)?(;q=(?<weight>[01](\.\d{0,3})?))?$/;

/** A range of another form has no weight, and counts as refused: no text is written in it either. */
function readRange(text: string): LanguageRange {
  const { groups } = rangeShape.exec(text.toLowerCase().replace(/\s/g, "")) ?? {};
  const { name = "", region = "", weight = "1" } = groups ?? {};
  return { name, region: region.toUpperCase(), weight: name ? Math.min(1, Number(weight)) : 0 };
}

/** An instant in words, with the name of its time zone in brackets. */
export function instantInWords(instant: Date, { tag }: PageLocale, timeZone: string): string {
  const date = { day: "numeric", month: "long", year: "numeric", timeZone } as const;
  const time = { hour: "numeric", minute: "2-digit" } as const;
  const words = new Intl.DateTimeFormat(tag, { ...date, ...time }).format(instant);
  const parts = new Intl.DateTimeFormat(tag, { timeZone, timeZoneName: "long" }).formatToParts(
    instant,
  );
  const zone = parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
  return `${words} (${zone})`;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A duration in whole minutes, hours or days, none of them fewer than two if the smaller unit says it too. */
export function durationInWords(ms: number, { tag }: PageLocale): string {
  const [unit, unitMs] =
    ms >= 2 * dayMs
      ? (["day", dayMs] as const)
      : ms >= 2 * hourMs
        ? (["hour", hourMs] as const)
        : (["minute", minuteMs] as const);
  const count = Math.max(1, Math.floor(ms / unitMs));
  return new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long" }).format(count);
}
