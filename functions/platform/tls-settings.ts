/** Stated here, because variables and options of Node can change the defaults. TLS 1.3 is used where the server has it. */
export const tlsSettings = {
  rejectUnauthorized: true,
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.3",
} as const;
