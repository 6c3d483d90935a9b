// Loaded into a process before the function: names under `.example` lead to this machine, whose certificates are trusted.
import dns from "node:dns";
import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import tls from "node:tls";

// --import=file:///…/trusting-aws.mjs?authority=/…
const authority = new URL(import.meta.url).searchParams.get("authority") ?? "";
tls.setDefaultCACertificates([readFileSync(authority, "utf8")]);
const { lookup } = dns;
dns.lookup = (name, ...others) => lookup(name.endsWith(".example") ? "127.0.0.1" : name, ...others);
syncBuiltinESMExports();
