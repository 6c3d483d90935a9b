import type { VendAnswer } from "../functions/http/contract.ts";
import type { ConsentLink, ConsentProgressAnswer } from "../functions/http/link-contract.ts";
import type { ConnectionPage } from "../functions/http/status-contract.ts";

const instants = {
  issuedAt: "2026-11-20T10:00:00.000Z",
  usableUntil: "2026-11-20T10:04:58.000Z",
  expiresAt: "2026-11-20T10:05:00.000Z",
};

export const credentialExamples = {
  token: {
    connection: "conferma/production/default",
    version: 13,
    header: { name: "Authorization", value: "Bearer …" },
    token: "…",
    fingerprint: "9f86d081884c",
    ...instants,
  },
  "static-key": {
    connection: "cfis/production/default",
    version: 1,
    header: { name: "X-Api-Key", value: "…" },
    token: "…",
    fingerprint: "60303ae22b99",
    issuedAt: "2026-11-20T10:00:00.000Z",
    usableUntil: null,
    expiresAt: null,
  },
} satisfies Record<string, VendAnswer>;

export const consentLinkExample: ConsentLink = {
  id: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg.tehkb4",
  url: "https://vend.example/consent/connectpay/production/GkG2TskBfXgm1ZbyBQsCZ4Xp5SZ8zVKOnwjEcFq3lyM",
  expiresAt: "2026-11-20T10:10:00.000Z",
};

export const consentProgressExample: ConsentProgressAnswer = {
  connection: "connectpay/production/default",
  id: consentLinkExample.id,
  state: "granted",
};

export const connectionPageExample: ConnectionPage = {
  connections: [
    {
      connection: "conferma/production/default",
      state: "usable",
      version: 13,
      fingerprint: "9f86d081884c",
      ...instants,
      renewAt: "2026-11-20T10:05:00.250Z",
      lease: null,
      lastIssue: { at: "2026-11-20T10:00:00.005Z", reason: "expired", latencyMs: 151 },
      lastFailure: null,
    },
    {
      connection: "connectpay/production/ann@example.com",
      state: "consent-required",
      asked: { until: "2026-11-20T10:10:00.000Z" },
      version: 0,
      fingerprint: null,
      issuedAt: null,
      usableUntil: null,
      expiresAt: null,
      renewAt: null,
      lease: null,
      lastIssue: null,
      lastFailure: null,
    },
  ],
  cursor: null,
};
