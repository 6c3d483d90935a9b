// `import "node:http"` creates an ESM facade that reads every lazy getter and so loads undici: 25 ms of a cold start.
const http = process.getBuiltinModule("node:http");

export const { STATUS_CODES } = http;
export default http;
