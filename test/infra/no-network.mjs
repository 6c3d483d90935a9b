// Loaded into each child process: refuses DNS look-ups and connections, and logs each attempt.
import dns from "node:dns";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { argv } from "node:process";

// --import=file:///…/no-network.mjs?log=/…
const log = new URL(import.meta.url).searchParams.get("log") ?? "";
const note = (text) => appendFileSync(log, `${text}\n`);

function refuse(what) {
  note(`refused ${what}`);
  throw new Error(`There is no network here: ${what}`);
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connectLocally(...options) {
  const [first] = options.flat();
  // Pipes between processes are allowed.
  const isPipe = typeof first === "string" || Boolean(first?.path);
  return isPipe ? connect.apply(this, options) : refuse(`a connection: ${JSON.stringify(first)}`);
};
dns.lookup = (name) => refuse(`the name ${name}`);
dns.promises.lookup = async (name) => refuse(`the name ${name}`);
syncBuiltinESMExports();
note(`watched ${argv[1] ?? "-"}`);
