import { describe, expect, test } from "vitest";
import { textsIn } from "../../../functions/http/pages/page-view.ts";
import { languages } from "../../../functions/http/pages/texts/page-texts.ts";
import { aPageView } from "../../support/a-page-view.ts";

/** Every text of a language, by its place in the table. */
function textsOf(language: string): Map<string, string> {
  const all = new Map<string, string>();
  const collect = (path: string, value: unknown) => {
    if (typeof value === "string") all.set(path, value);
    else for (const [key, each] of Object.entries(Object(value))) collect(`${path}.${key}`, each);
  };
  collect("", textsIn(aPageView(language).locale));
  return all;
}

const english = textsOf("en");
const namesIn = (text = "") => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const unique = (names: readonly unknown[]) => [...new Set(names)];

test("there are all texts, in six languages", () => {
  expect(languages).toEqual(["en", "de", "fr", "es", "pt", "lt"]);
  expect(english.size).toBeGreaterThan(90);
});

describe.each(languages.filter((language) => language !== "en"))("in %s", (language) => {
  const texts = textsOf(language);

  test("no text is missing, empty, or left in English", () => {
    expect([...texts.keys()]).toEqual([...english.keys()]);
    for (const [path, text] of texts) {
      expect(text.trim(), path).toBe(text);
      expect(text, path).not.toBe("");
      expect(text, path).not.toBe(english.get(path));
      expect(text, path).not.toMatch(/\b(the|access|link|provider|browser and|your)\b(?!\})/);
    }
  });

  test("each text names whom the English one names", () => {
    for (const [path, text] of texts) {
      expect(unique(namesIn(text)), path).toEqual(unique(namesIn(english.get(path))));
    }
  });

  test("each text that is a sentence ends like one", () => {
    for (const [path, text] of english) {
      if (text.endsWith(".")) expect(texts.get(path), path).toMatch(/[.]$/);
      else expect(texts.get(path), path).not.toMatch(/[.]$/);
    }
  });
});

test("no two titles of one language are the same", () => {
  for (const language of languages) {
    const titles = [...textsOf(language)].filter(([path]) => /[tT]itle$/.test(path));
    expect(new Set(titles.map(([, text]) => text)).size).toBe(titles.length);
  }
});
