import { apiEvents } from "./api-events.ts";
import type { Border } from "./border.ts";
import { pageRequests } from "./consent-pages.ts";
import { directEvents } from "./direct-events.ts";
import { pageCursors } from "./page-cursors.ts";
import { providerAnswers } from "./provider-answers.ts";
import { secretTexts } from "./secret-texts.ts";
import { storedRows } from "./stored-rows.ts";

/** Every place at which strangers' data enters. Each seed belongs to one of them, in turn. */
export const borders: readonly Border[] = [
  directEvents,
  apiEvents,
  pageCursors,
  pageRequests,
  providerAnswers,
  secretTexts,
  storedRows,
];
