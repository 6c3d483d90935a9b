import type { Html } from "../kit/html.ts";
import { html, pageReply } from "../kit/html.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import type { SimulatedUser } from "./users.ts";

/** A scope, with a description for users. */
export interface ScopeChoice {
  readonly scope: string;
  readonly description: string;
}

export interface LoginPage {
  readonly provider: string;
  readonly clientName: string;
  readonly login: string;
  readonly hasFailed: boolean;
  readonly users: readonly SimulatedUser[];
}

export function loginPage(page: LoginPage): SimulatedReply {
  const { provider, clientName, login, hasFailed, users } = page;
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
<p>This provider is a simulator on this machine. Known to it: ${users.map(loginHint)}.</p>`,
  );
}

const loginHint = (user: SimulatedUser): Html =>
  html` <strong>${user.login}</strong> with the password <strong>${user.password}</strong>`;

export function customerPage({ customers }: SimulatedUser): SimulatedReply {
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
  readonly user: SimulatedUser;
  readonly customer?: string;
  readonly choices: readonly ScopeChoice[];
  readonly isAllOrNothing: boolean;
}

export function consentPage(page: ConsentPage): SimulatedReply {
  const { clientName, user, customer, choices, isAllOrNothing } = page;
  const requested = isAllOrNothing
    ? html`<ul>${choices.map(({ description }) => html`<li>${description}</li>`)}</ul>`
    : html`<fieldset>
<legend>It may</legend>
${choices.map(({ scope, description }) => choice("checkbox", "scope", scope, description, true))}
</fieldset>`;
  return pageReply(
    200,
    `Allow ${clientName}?`,
    html`<p>You are ${user.name}${customer === undefined ? "" : `, acting for ${customer}`}.</p>
<p>${clientName} asks for access to your account.</p>
<form method="post">
${requested}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  );
}

function choice(
  type: "radio" | "checkbox",
  name: string,
  value: string,
  description: string,
  isChecked: boolean,
): Html {
  const checked = isChecked ? html` checked` : undefined;
  return html`<label class="choice"><input type="${type}" name="${name}" value="${value}"${checked}> ${description}</label>
`;
}

/** A page with a message, and a link to continue if there is one. */
export function noticePage(
  status: number,
  title: string,
  explanation: string,
  onward?: string,
): SimulatedReply {
  const link = onward === undefined ? undefined : html`<p><a href="${onward}">Continue</a></p>`;
  return pageReply(status, title, html`<p>${explanation}</p>${link}`);
}
