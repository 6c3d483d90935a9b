/** A person with an account at a provider. */
export interface SimulatedUser {
  readonly name: string;
  /** A telephone number or an e-mail address. */
  readonly login: string;
  readonly password: string;
  /** The provider's identifier of the user: an ID token's `sub`. */
  readonly subject: string;
  /** The customers that the user may act for. */
  readonly customers: readonly string[];
}

/** The user of every simulator that is started without `users`. */
export const defaultUser: SimulatedUser = {
  name: "Mere Tamahori",
  login: "mere@example.test",
  password: "kereru-1840",
  subject: "7f1b0c9e-0c0e-4a56-9a57-1c9d1f3a2b01",
  customers: ["Monument & Co", "Pukeko Holdings"],
};

export function findUser(
  users: readonly SimulatedUser[],
  login: string,
  password: string,
): SimulatedUser | undefined {
  return users.find((user) => user.login === login.trim() && user.password === password);
}
