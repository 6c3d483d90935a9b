import type { SimulatedReply } from "../kit/reply.ts";
import { textReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { formOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { ScopeChoice } from "./login-pages.ts";
import { consentPage, customerPage, loginPage, noticePage } from "./login-pages.ts";
import type { SimulatedUser } from "./users.ts";
import { findUser } from "./users.ts";

/** A user's decision on the consent page. */
export interface ConsentDecision {
  readonly user: SimulatedUser;
  readonly customer?: string;
  /** Not empty if scopes were requested: allowing none of them is a denial. */
  readonly scopes: readonly string[];
}

/** A request for a user's consent, and the replies to the decision. */
export interface LoginRequest {
  readonly clientName: string;
  readonly choices: readonly ScopeChoice[];
  readonly loginHint?: string;
  allow(decision: ConsentDecision): SimulatedReply;
  deny(): SimulatedReply;
}

export interface LoginFlowOptions {
  readonly provider: string;
  readonly users: readonly SimulatedUser[];
  readonly choosesCustomer: boolean;
  /** Whether the user can only allow all scopes or none. */
  readonly isAllOrNothing: boolean;
}

/** Login, choice of a customer and consent, one page each, without scripts. */
export interface LoginFlow {
  /** Returns the path of the first page. */
  start(request: LoginRequest): string;
  /** Routes for faults: "sign-in", "customer", "consent" for the forms, with "-page" appended for the pages. */
  readonly routes: readonly SimulatedRoute[];
}

interface LoginSession {
  readonly request: LoginRequest;
  user?: SimulatedUser;
  customer?: string;
  reply?: SimulatedReply;
}

export function createLoginFlow(context: SimulatorContext, options: LoginFlowOptions): LoginFlow {
  const { provider, users, choosesCustomer, isAllOrNothing } = options;
  const sessions = new Map<string, LoginSession>();

  function signIn(
    session: LoginSession,
    form: URLSearchParams | undefined,
    id: string,
  ): SimulatedReply {
    const login = form?.get("login") ?? session.request.loginHint ?? "";
    const user = findUser(users, login, form?.get("password") ?? "");
    if (user === undefined) {
      const { clientName } = session.request;
      return loginPage({
        provider,
        clientName,
        login,
        hasFailed: form !== undefined,
        users,
      });
    }
    session.user = user;
    return seeOther(choosesCustomer ? `/customer/${id}` : `/consent/${id}`);
  }

  function chooseCustomer(
    session: LoginSession,
    form: URLSearchParams | undefined,
    id: string,
  ): SimulatedReply {
    if (session.user === undefined) return seeOther(`/sign-in/${id}`);
    const customer = form?.get("customer") ?? "";
    if (!session.user.customers.includes(customer)) return customerPage(session.user);
    session.customer = customer;
    return seeOther(`/consent/${id}`);
  }

  function consent(
    session: LoginSession,
    form: URLSearchParams | undefined,
    id: string,
  ): SimulatedReply {
    const { user, customer, request } = session;
    if (user === undefined) return seeOther(`/sign-in/${id}`);
    if (choosesCustomer && customer === undefined) return seeOther(`/customer/${id}`);
    const customerChoice = customer === undefined ? {} : { customer };
    const { clientName, choices } = request;
    switch (form?.get("decision")) {
      case "allow":
        session.reply = finish(request, {
          user,
          scopes: selectedScopes(request, form),
          ...customerChoice,
        });
        return session.reply;
      case "deny":
        session.reply = request.deny();
        return session.reply;
      default:
        return consentPage({ clientName, user, choices, isAllOrNothing, ...customerChoice });
    }
  }

  function selectedScopes({ choices }: LoginRequest, form: URLSearchParams | undefined) {
    const requested = choices.map(({ scope }) => scope);
    const selected = form?.getAll("scope") ?? [];
    return isAllOrNothing ? requested : requested.filter((scope) => selected.includes(scope));
  }

  /** Two routes, for the page and for its form, so that each can have its own faults. */
  function step(name: string, act: typeof consent): readonly SimulatedRoute[] {
    const path = new RegExp(`^/${name}/(?<session>[^/]+)$`);
    const answer = (request: SimulatedRequest, form?: URLSearchParams): SimulatedReply => {
      const id = request.params["session"] ?? "";
      const session = sessions.get(id);
      if (session === undefined) return unknownPage;
      return session.reply ? repeatedAnswer(name, session.reply, form) : act(session, form, id);
    };
    return [
      { name: `${name}-page`, methods: ["GET"], path, handle: (request) => answer(request) },
      { name, methods: ["POST"], path, handle: (request) => answer(request, formOf(request)) },
    ];
  }

  return {
    start(request) {
      const id = context.random(16).toString("base64url");
      sessions.set(id, { request });
      return `/sign-in/${id}`;
    },
    routes: [
      ...step("sign-in", signIn),
      ...step("customer", chooseCustomer),
      ...step("consent", consent),
    ],
  };
}

/** Allowing none of the requested scopes is a denial. */
function finish(request: LoginRequest, decision: ConsentDecision): SimulatedReply {
  const isDenied = decision.scopes.length === 0 && request.choices.length > 0;
  return isDenied ? request.deny() : request.allow(decision);
}

/**
 * A consent form that is sent twice gets the first answer again. A page that is revisited says that it was answered.
 */
function repeatedAnswer(
  name: string,
  reply: SimulatedReply,
  form: URLSearchParams | undefined,
): SimulatedReply {
  return name === "consent" && form ? reply : answeredPage;
}

export function seeOther(location: string, status = 303): SimulatedReply {
  return textReply(status, "", { location, "cache-control": "no-store" });
}

const answeredPage = noticePage(
  410,
  "Already answered",
  "You have answered this request. Go back to the site that sent you here and begin again there.",
);

const unknownPage = noticePage(404, "Nothing here", "Go back to the site that sent you here.");
