import type { Html } from "../kit/html.ts";
import { html, pageReply } from "../kit/html.ts";
import type { Reply } from "../kit/reply.ts";
import type { Person } from "./people.ts";

/** A scope, and what it lets its holder do, in plain words. */
export interface ScopeChoice {
  readonly scope: string;
  readonly words: string;
}

export interface LoginPage {
  readonly provider: string;
  readonly clientName: string;
  readonly login: string;
  readonly hasFailed: boolean;
  readonly people: readonly Person[];
}

export function loginPage(page: LoginPage): Reply {
  const { provider, clientName, login, hasFailed, people } = page;
  const alert = html`<p role="alert">That is not a login and password we know. Try again.</p>`;
  return pageReply(
    200,
    `Log in to ${provider}`,
    html`<p>${clientName} has sent you here.</p>
${hasFailed ? alert : undefined}
<form method="post">
<label for="login">Telephone number or e-mail address</label>
<input id="login" name="login" autocomplete="username" required value="${login}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Log in</button>
</form>
<p>This provider is a simulator on this machine. Known to it: ${people.map(whoMayLogIn)}.</p>`,
  );
}

const whoMayLogIn = (person: Person): Html =>
  html` <strong>${person.login}</strong> with the password <strong>${person.password}</strong>`;

export function customerPage({ customers }: Person): Reply {
  return pageReply(
    200,
    "Choose a customer",
    html`<form method="post">
<fieldset>
<legend>Whom do you act for?</legend>
${customers.map((customer, at) => choice("radio", "customer", customer, customer, at === 0))}
</fieldset>
<button>Next</button>
</form>`,
  );
}

export interface ConsentPage {
  readonly clientName: string;
  readonly person: Person;
  readonly customer?: string;
  readonly choices: readonly ScopeChoice[];
  readonly isAllOrNothing: boolean;
}

export function consentPage(page: ConsentPage): Reply {
  const { clientName, person, customer, choices, isAllOrNothing } = page;
  const asked = isAllOrNothing
    ? html`<ul>${choices.map(({ words }) => html`<li>${words}</li>`)}</ul>`
    : html`<fieldset>
<legend>It may</legend>
${choices.map(({ scope, words }) => choice("checkbox", "scope", scope, words, true))}
</fieldset>`;
  return pageReply(
    200,
    `Allow ${clientName}?`,
    html`<p>You are ${person.name}${customer === undefined ? "" : `, acting for ${customer}`}.</p>
<p>${clientName} asks for access to your account.</p>
<form method="post">
${asked}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  );
}

function choice(
  type: "radio" | "checkbox",
  name: string,
  value: string,
  words: string,
  isChecked: boolean,
): Html {
  const checked = isChecked ? html` checked` : undefined;
  return html`<label class="choice"><input type="${type}" name="${name}" value="${value}"${checked}> ${words}</label>
`;
}

/** With somewhere to go on to, if said. */
export function noticePage(
  status: number,
  title: string,
  explanation: string,
  onward?: string,
): Reply {
  const link = onward === undefined ? undefined : html`<p><a href="${onward}">Continue</a></p>`;
  return pageReply(status, title, html`<p>${explanation}</p>${link}`);
}
