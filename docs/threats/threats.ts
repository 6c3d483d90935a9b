import { threatsOfAnAdministrator } from "./administrator.ts";
import { threatsOfAnotherTeam } from "./another-team.ts";
import { threatsOfABackupThief } from "./backup-thief.ts";
import { threatsToTheConsole } from "./console-visitor.ts";
import { threatsOfAConsumer } from "./consumer.ts";
import { threatsOfDenial } from "./consumer-denials.ts";
import { threatsOfADependency } from "./dependency.ts";
import { threatsOfForgedLinks } from "./forged-links.ts";
import { threatsOfAForwardedLink } from "./forwarded-link.ts";
import { threatsOfTheInternet } from "./internet.ts";
import { threatsOfOldRecords } from "./old-records.ts";
import { threatsOfAnOperator } from "./operator.ts";
import type { ThreatActor } from "./picture.ts";
import { threatsOfAProvider } from "./provider.ts";
import { threatsToPeopleAndCallers } from "./provider-of-consents.ts";
import { threatsOfARealmFunction } from "./realm-function.ts";
import {
  threatsOfAPublisher,
  threatsOnTheBus,
  threatsOnTheStream,
  threatsToEvents,
} from "./stream-and-bus.ts";
import { threatsOfATableReader } from "./table-reader.ts";
import { threatsOfATableWriter } from "./table-writer.ts";
import type { Threat } from "./threat.ts";

/** What each actor could do. */
export const threatsByActor: Readonly<Record<ThreatActor, readonly Threat[]>> = {
  "another team's Lambda": [...threatsOfAnotherTeam, ...threatsOnTheBus],
  "a malicious consumer with a grant": [...threatsOfAConsumer, ...threatsOfDenial],
  "an operator": [...threatsOfAnOperator, ...threatsOfAnAdministrator, ...threatsToEvents],
  "a table reader": threatsOfATableReader,
  "a table writer": [
    ...threatsOfATableWriter,
    ...threatsOfOldRecords,
    ...threatsOfForgedLinks,
    ...threatsOnTheStream,
  ],
  "a backup thief": threatsOfABackupThief,
  "a compromised realm function": threatsOfARealmFunction,
  "a hostile provider": [...threatsOfAProvider, ...threatsToPeopleAndCallers],
  "a person with a forwarded link": threatsOfAForwardedLink,
  "the internet at the consent host": threatsOfTheInternet,
  "a visitor of the console": threatsToTheConsole,
  "a compromised dependency": [...threatsOfADependency, ...threatsOfAPublisher],
};

export const threats: readonly Threat[] = Object.values(threatsByActor).flat();
