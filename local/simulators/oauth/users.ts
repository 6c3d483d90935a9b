/** Someone with an account at a provider. */
export interface SimulatedUser {
  readonly name: string;
  /** What is typed into the login form: a telephone number or an e-mail address. */
  readonly login: string;
  readonly password: string;
  /** The provider's own name for this person, as in an ID token's `sub`. */
  readonly subject: string;
  /** Whom this person may act for, where the provider asks. */
  readonly customers: readonly string[];
}

/** Lives at every simulator that is told of nobody else. */
export const defaultUser: SimulatedUser = {
  name: "Mere Tamahori",
  login: "mere@example.test",
  password: "kereru-1840",
  subject: "7f1b0c9e-0c0e-4a56-9a57-1c9d1f3a2b01",
  customers: ["Monument & Co", "Pukeko Holdings"],
};

export function findUser(
  people: readonly SimulatedUser[],
  login: string,
  password: string,
): SimulatedUser | undefined {
  return people.find((person) => person.login === login.trim() && person.password === password);
}
