import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

// node test/packages/check-archive.mjs <archive>: prints what publint and attw have to say against it, line by line.
const data = new Uint8Array(readFileSync(process.argv[2] ?? ""));
const { messages, pkg } = await publint({ pack: { tarball: data.buffer } });
for (const message of messages) console.log(`publint: ${formatMessage(message, pkg)}`);

const analysis = await checkPackage(createPackageFromTarballData(data));
if (!analysis.types) console.log("attw: no types");
for (const problem of analysis.problems ?? []) console.log(`attw: ${JSON.stringify(problem)}`);
