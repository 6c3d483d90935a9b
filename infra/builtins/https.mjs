// See http.mjs.
export default process.getBuiltinModule("node:https");
