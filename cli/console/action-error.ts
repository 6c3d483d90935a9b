/** Why an action of the page failed, for the person who asked for it. */
export class ActionError extends Error {
  override readonly name = "ActionError";
}
